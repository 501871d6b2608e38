package io.muster.cli;

/** What the exit codes of {@code muster} mean. */
final class ExitCode {
  /** Done. */
  static final int OK = 0;

  /** What was asked for is not there, or did not come in time. */
  static final int NOT_THERE = 1;

  /** The command line makes no sense. */
  static final int MISUSE = 2;

  /** There is no connection to a store or another rank, or it was lost. */
  static final int NO_CONNECTION = 3;

  /** The server cannot start: its address is taken, say. */
  static final int CANNOT_SERVE = 4;

  /** Anything else: the store refused, or an input or output failed. */
  static final int FAILED = 5;

  /** Results were wrong. */
  static final int WRONG = 6;

  /**
   * The JVM could not start, or its memory was used up, or there is an error in Muster. The
   * launcher exits with it, too.
   */
  static final int JVM_FAILED = 7;

  /** The server has ended itself, as all it did was failing. */
  static final int SERVER_FAILED = 8;

  /** The codes as the help shows them. */
  static final String HELP =
      """
        0    done
        1    not there, or did not come in time
        2    the command line makes no sense
        3    no connection to a store or another rank, or it was lost
        4    the server cannot start: its address is taken, say
        5    anything else: the store refused, or an input or output failed
        6    results were wrong
        7    the JVM could not start or had not enough memory, or Muster has a fault
        8    the server has ended itself: no memory was left, say
        130  stopped by SIGINT (Ctrl-C)
        143  stopped by SIGTERM
      """;

  private ExitCode() {}
}
