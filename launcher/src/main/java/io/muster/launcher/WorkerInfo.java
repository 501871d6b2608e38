package io.muster.launcher;

import java.util.List;

/**
 * A worker that was started.
 *
 * @param rank its rank in the world
 * @param localRank its rank among the workers of this node
 * @param role the role of the workers, {@code default} unless {@link WorldSpec} names another
 * @param host the name of this node
 * @param pid its process id, or -1 if its process could not be started
 * @param attempt how often the world was restarted before
 * @param command the command that it runs
 */
public record WorkerInfo(
    int rank,
    int localRank,
    String role,
    String host,
    long pid,
    int attempt,
    List<String> command) {
  /** Copies the command. */
  public WorkerInfo {
    command = List.copyOf(command);
  }
}
