package io.muster.cli;

/** Ends a command with an exit code other than 0 and a message for the user. */
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

  static CommandFailedException notFound(String message) {
    return new CommandFailedException(ExitCode.NOT_FOUND, message);
  }

  int exitCode() {
    return exitCode;
  }
}
