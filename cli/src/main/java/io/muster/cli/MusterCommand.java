package io.muster.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;

/** {@code muster}: what all its commands share. */
@Command(
    name = "muster",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "torch.distributed's stores and collectives in Java, compatible with PyTorch.",
    footerHeading = "%nExit codes:%n",
    footer = ExitCode.HELP)
final class MusterCommand {
  private boolean verbose;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Log debug messages, and print the stack trace of a failure.")
  void verbose(boolean verbose) {
    this.verbose |= verbose;
  }

  boolean isVerbose() {
    return verbose;
  }

  /** Runs the parsed command. Configures logging before anything is logged. */
  int execute(ParseResult parsed) {
    if (verbose) {
      System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "debug");
    }
    return new RunLast().execute(parsed);
  }

  /** Returns the name of a command as the user types it, such as {@code muster kv get}. */
  static String nameOf(CommandLine commandLine) {
    CommandSpec spec = commandLine.getCommandSpec();
    return spec.qualifiedName(" ");
  }
}
