package io.muster.launcher;

import io.muster.store.internal.text.PrintableText;
import java.util.Locale;
import java.util.Optional;

/**
 * How a launch ended.
 *
 * @param exitCode 0 if all workers of the last attempt succeeded; else the exit code of the first
 *     that failed, on any node; 128 plus the number of the signal if the launch was stopped by one;
 *     else {@link #NODE_MISSING}, {@link #MISUSE} or {@link #STORE_LOST}
 * @param failure the first failure of the last attempt, on any node
 * @param attempts how often the world was started; 0 if not all nodes have joined
 * @param signal the signal that stopped the launch, on any node, such as {@code TERM}
 * @param problem what ended the launch if no worker and no signal did, in words
 */
public record LaunchResult(
    int exitCode,
    Optional<WorkerExit> failure,
    int attempts,
    Optional<String> signal,
    Optional<String> problem) {
  /** The exit code if a node has not joined in time, or has vanished. */
  public static final int NODE_MISSING = 1;

  /** The exit code if the options of the nodes contradict each other. */
  public static final int MISUSE = 2;

  /** The exit code if the store server has stopped, or cannot be reached any more. */
  public static final int STORE_LOST = 3;

  /** A message is cut here. */
  private static final int MAX_MESSAGE = 4096;

  /** Whether all workers succeeded. */
  public boolean isSuccess() {
    return exitCode == 0;
  }

  /**
   * Returns a message about what ended the launch, for a terminal or a log: text of workers is
   * escaped.
   */
  public String summary() {
    if (problem.isPresent()) {
      return PrintableText.of(problem.get());
    }
    if (signal.isPresent()) {
      return "stopped by SIG" + signal.get();
    }
    if (failure.isEmpty()) {
      return "all workers succeeded";
    }
    WorkerExit exit = failure.get();
    WorkerInfo worker = exit.worker();
    String restarts = attempts > 1 ? " in the last of " + attempts + " attempts" : "";
    String message = exit.message().map(text -> ": " + cut(text)).orElse("");
    return PrintableText.of(
        String.format(
            Locale.ROOT,
            "rank %d failed first%s (local rank %d on %s, pid %d): %s%s",
            worker.rank(),
            restarts,
            worker.localRank(),
            worker.host(),
            worker.pid(),
            exit.describe(),
            message));
  }

  private static String cut(String text) {
    String line = text.strip().replaceAll("\\s*\\R\\s*", " ");
    return line.length() <= MAX_MESSAGE ? line : line.substring(0, MAX_MESSAGE) + "…";
  }
}
