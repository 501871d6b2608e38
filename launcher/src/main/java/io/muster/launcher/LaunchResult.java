package io.muster.launcher;

import io.muster.store.internal.text.PrintableText;
import java.util.Locale;
import java.util.Optional;

/**
 * How a launch ended.
 *
 * @param exitCode 0 if all workers of the last attempt succeeded; else the exit code of the first
 *     that failed; 128 plus the number of the signal if the launch was stopped by one; 3 if the
 *     store was lost
 * @param failure the first failure of the last attempt
 * @param attempts how often the world was started
 * @param signal the signal that stopped the launch, such as {@code TERM}
 */
public record LaunchResult(
    int exitCode, Optional<WorkerExit> failure, int attempts, Optional<String> signal) {
  /** The exit code if the store server has stopped by itself. */
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
    if (signal.isPresent()) {
      return "stopped by SIG" + signal.get();
    }
    if (failure.isEmpty()) {
      return exitCode == STORE_LOST
          ? "the store server has stopped by itself"
          : "all workers succeeded";
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
