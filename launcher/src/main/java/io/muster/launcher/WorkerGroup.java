package io.muster.launcher;

import java.util.List;

/**
 * Consecutive ranks that run the same command.
 *
 * @param count how many ranks; at least 1
 * @param command the program, which is looked up in {@code PATH}, and its arguments
 */
public record WorkerGroup(int count, List<String> command) {
  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if {@code count} is not positive or {@code command} is empty
   */
  public WorkerGroup {
    if (count < 1) {
      throw new IllegalArgumentException("count must be at least 1 but was " + count);
    }
    command = List.copyOf(command);
    if (command.isEmpty()) {
      throw new IllegalArgumentException("command must not be empty");
    }
  }
}
