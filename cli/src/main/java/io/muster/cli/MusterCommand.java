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
    description = "torch.distributed's stores and collectives in Java, for PyTorch and Java alike.",
    footerHeading = "%nExit codes:%n",
    footer = ExitCode.HELP)
final class MusterCommand {
  private boolean verbose;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Log in detail, and show where a failure comes from.")
  void verbose(boolean verbose) {
    this.verbose |= verbose;
  }

  boolean isVerbose() {
    return verbose;
  }

  /** Runs the parsed command, with the log set up before anything can log. */
  int execute(ParseResult parsed) {
    if (verbose) {
      System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "debug");
    }
    return new RunLast().execute(parsed);
  }

  /** How the user names a command: {@code muster kv get}. */
  static String nameOf(CommandLine commandLine) {
    CommandSpec spec = commandLine.getCommandSpec();
    return spec.qualifiedName(" ");
  }
}
