package io.muster.cli;

import picocli.CommandLine.Option;

/** Options of torchrun that change nothing here, and are accepted. */
@SuppressWarnings("unused")
final class RunIgnored {
  @Option(
      names = "--monitor-interval",
      paramLabel = "SECONDS",
      description = "Has no effect: the end of a rank is an event, and not polled for.")
  private double monitorInterval;

  @Option(
      names = "--start-method",
      paramLabel = "METHOD",
      description = "Has no effect: ranks are programs, and not functions of this process.")
  private String startMethod = "spawn";

  @Option(
      names = "--run-path",
      description = "Has no effect: a script is always the main program of its rank.")
  private boolean runPath;

  @Option(
      names = "--event-log-handler",
      paramLabel = "null",
      description = "Only null, no log of events, is supported.")
  private String eventLogHandler = "null";

  /**
   * Checks the option that has one supported value.
   *
   * @throws IllegalArgumentException if it has another one
   */
  void requireSupported() {
    if (!eventLogHandler.equals("null")) {
      throw new IllegalArgumentException(
          "--event-log-handler " + eventLogHandler + " is not supported; expected null");
    }
  }
}
