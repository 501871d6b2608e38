package io.muster.launcher;

import io.muster.launcher.internal.error.ErrorFile;
import java.time.Instant;
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
    Optional<String> signal = Signals.ofExitCode(exitCode);
    if (signal.isPresent()) {
      return "SIG" + signal.get() + " (exit code " + exitCode + ")";
    }
    return switch (exitCode) {
      case 126 -> "exit code 126: its command cannot be executed";
      case 127 -> "exit code 127: its command was not found";
      default -> "exit code " + exitCode;
    };
  }
}
