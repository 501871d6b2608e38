package io.muster.cli;

import picocli.CommandLine.Option;

/**
 * The option {@code --init} of commands that may be process 1 of a container. The launcher script
 * does what it stands for, because this JVM could not tell its own children from those that the
 * kernel gives to process 1.
 */
final class InitOption {
  private static final long FIRST_PROCESS = 1;

  @Option(
      names = "--init",
      description = {
        "In a container: as process 1, reap processes that have lost their parent, and pass signals"
            + " on. It has to be the first option. Without effect in other processes."
      })
  private boolean init;

  /**
   * Checks that the launcher script is process 1, and not this JVM.
   *
   * @throws IllegalArgumentException if it is not
   */
  void requireScript() {
    if (init && ProcessHandle.current().pid() == FIRST_PROCESS) {
      throw new IllegalArgumentException(
          "--init failed: process 1 is the JVM; expected the muster script, with --init as its"
              + " first option");
    }
  }
}
