package io.muster.launcher;

import io.muster.launcher.internal.error.ErrorFile;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The end of a worker.
 *
 * @param worker the worker
 * @param exitCode its exit code; 128 plus the number of the signal if a signal ended it, 127 if its
 *     command was not found, 126 if the command cannot be executed
 * @param message the message that it left in its error file, of Python or of Java; empty if there
 *     is none
 * @param stackTrace the stack trace in its error file; may be empty
 * @param time when it failed, by its error file, or else when it ended
 * @param stopped whether it ended after it was told to stop, so that its exit code says nothing
 */
public record WorkerExit(
    WorkerInfo worker,
    int exitCode,
    Optional<String> message,
    String stackTrace,
    Instant time,
    boolean stopped) {
  private static final int SIGNALED = 128;
  private static final Map<Integer, String> SIGNALS =
      Map.ofEntries(
          Map.entry(1, "SIGHUP"),
          Map.entry(2, "SIGINT"),
          Map.entry(3, "SIGQUIT"),
          Map.entry(4, "SIGILL"),
          Map.entry(5, "SIGTRAP"),
          Map.entry(6, "SIGABRT"),
          Map.entry(7, "SIGBUS"),
          Map.entry(8, "SIGFPE"),
          Map.entry(9, "SIGKILL"),
          Map.entry(10, "SIGUSR1"),
          Map.entry(11, "SIGSEGV"),
          Map.entry(12, "SIGUSR2"),
          Map.entry(13, "SIGPIPE"),
          Map.entry(14, "SIGALRM"),
          Map.entry(15, "SIGTERM"),
          Map.entry(24, "SIGXCPU"),
          Map.entry(25, "SIGXFSZ"));

  static WorkerExit of(
      WorkerInfo worker, int exitCode, Optional<ErrorFile> error, Instant ended, boolean stopped) {
    Instant time =
        error.map(ErrorFile::written).filter(written -> written.isBefore(ended)).orElse(ended);
    return new WorkerExit(
        worker,
        exitCode,
        error.map(ErrorFile::message),
        error.map(ErrorFile::stackTrace).orElse(""),
        time,
        stopped);
  }

  /**
   * Returns the exit code in words, such as {@code exit code 7}, {@code SIGSEGV (exit code 139)},
   * or {@code exit code 127: command not found}.
   */
  public String describe() {
    String signal = SIGNALS.get(exitCode - SIGNALED);
    if (signal != null) {
      return signal + " (exit code " + exitCode + ")";
    }
    return switch (exitCode) {
      case 126 -> "exit code 126: its command cannot be executed";
      case 127 -> "exit code 127: its command was not found";
      default -> "exit code " + exitCode;
    };
  }
}
