package io.muster.cli;

/** A command ends with an exit code other than 0, for a reason to be shown. */
final class CommandFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  CommandFailedException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  CommandFailedException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  static CommandFailedException notThere(String message) {
    return new CommandFailedException(ExitCode.NOT_THERE, message);
  }

  int exitCode() {
    return exitCode;
  }
}
