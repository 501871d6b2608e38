package io.muster.cli;

import picocli.CommandLine;

/** The {@code muster} command. */
public final class Main {
  private Main() {}

  /** Runs a command and exits with its code; see {@link ExitCode}. */
  public static void main(String[] args) {
    System.exit(run(Streams.ofProcess(), args));
  }

  /** Runs a command in this process. */
  static int run(Streams streams, String... args) {
    return commandLine(streams, args.length == 0 ? "" : args[0]).execute(args);
  }

  private static CommandLine commandLine(Streams streams, String first) {
    MusterCommand muster = new MusterCommand();
    Failures failures = new Failures(muster, streams);
    CommandLine commandLine = new CommandLine(muster);
    // Reading what options a command has takes longer than starting a server.
    if (first.equals("serve")) {
      commandLine.addSubcommand(new ServeCommand(streams));
    } else {
      commandLine
          .addSubcommand(new ServeCommand(streams))
          .addSubcommand(KvCommand.commandLine(streams))
          .addSubcommand(new PerfCommand(streams))
          .addSubcommand(new CompletionCommand(streams));
    }
    return commandLine
        // Keys and values are anybody's text: an @ before them means nothing.
        .setExpandAtFiles(false)
        .setPosixClusteredShortOptionsAllowed(false)
        .setUsageHelpWidth(100)
        .setOut(streams.outWriter())
        .setErr(streams.errWriter())
        .setExecutionStrategy(muster::execute)
        .setParameterExceptionHandler(failures)
        .setExecutionExceptionHandler(failures);
  }
}
