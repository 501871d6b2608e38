package io.muster.cli;

/** The exit codes of {@code muster}. */
final class ExitCode {
  /** The command succeeded. */
  static final int OK = 0;

  /** The key or item was not found, or a wait timed out. */
  static final int NOT_FOUND = 1;

  /** The command line is invalid. */
  static final int MISUSE = 2;

  /** The connection to a store or another rank failed or was lost. */
  static final int NO_CONNECTION = 3;

  /** The server cannot start, for example because its address is in use. */
  static final int CANNOT_SERVE = 4;

  /** Any other failure: the store refused the operation, or I/O failed. */
  static final int FAILED = 5;

  /** A collective returned wrong results. */
  static final int WRONG = 6;

  /**
   * The JVM could not start or ran out of memory, or Muster has a bug. The launcher uses it, too.
   */
  static final int JVM_FAILED = 7;

  /** The server has stopped by itself, because everything it did failed. */
  static final int SERVER_FAILED = 8;

  /** The exit codes as the help shows them. */
  static final String HELP =
      """
        0    success
        1    not found, or timed out
        2    invalid command line
        3    no connection to a store or another rank, or it was lost
        4    the server cannot start, for example because its address is in use
        5    any other failure: the store refused the operation, or I/O failed
        6    wrong results
        7    the JVM could not start or ran out of memory, or Muster has a bug
        8    the server has stopped by itself, for example because no memory was left
        130  stopped by SIGINT (Ctrl-C)
        143  stopped by SIGTERM
      """;

  private ExitCode() {}
}
