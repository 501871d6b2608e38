package io.muster.cli;

import io.muster.store.internal.text.PrintableText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;

/** The {@code muster} command. */
public final class Main {
  private Main() {}

  /** Encoded in advance, because there may be no memory to do so later. */
  private static final byte[] OUT_OF_MEMORY =
      ("muster: not enough memory: the heap limit is "
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MiB; raise it, for example with MUSTER_JAVA_OPTS=-Xmx2g\n")
          .getBytes(StandardCharsets.UTF_8);

  /** Runs a command and exits with its exit code; see {@link ExitCode}. */
  public static void main(String[] args) {
    int exitCode = ExitCode.JVM_FAILED;
    try {
      Launcher.endWithIt();
      exitCode = Launcher.translate(run(Streams.ofProcess(), args));
    } finally {
      // Also after a Throwable: the JVM's own exit code for it has another meaning here.
      System.exit(exitCode);
    }
  }

  /** Runs a command in this process. Anything thrown becomes one line and an exit code. */
  static int run(Streams streams, String... args) {
    return run(streams, System.getenv(), args);
  }

  /** Runs a command as if this process had other environment variables. */
  static int run(Streams streams, Map<String, String> environment, String... args) {
    try {
      Arguments.requireUtf8(args);
      return commandLine(streams, environment, args.length == 0 ? "" : args[0]).execute(args);
    } catch (CommandFailedException e) {
      say(
          streams,
          ("muster: " + PrintableText.of(String.valueOf(e.getMessage())) + "\n")
              .getBytes(StandardCharsets.UTF_8));
      return e.exitCode();
    } catch (ServerEndedError e) {
      say(streams, ServerEndedError.line());
      return ExitCode.SERVER_FAILED;
    } catch (OutOfMemoryError e) {
      say(streams, OUT_OF_MEMORY);
    } catch (Throwable e) {
      String line = PrintableText.of(("muster: " + e).replaceAll("\\s*\\R\\s*", " ")) + "\n";
      say(streams, line.getBytes(StandardCharsets.UTF_8));
    }
    return ExitCode.JVM_FAILED;
  }

  private static void say(Streams streams, byte[] line) {
    try {
      streams.err().write(line);
      streams.err().flush();
    } catch (IOException e) {
      // Standard error is closed. The exit code still reports the failure.
    }
  }

  /** The command line; with {@code serve} as the first argument, only what that needs. */
  static CommandLine commandLine(Streams streams, Map<String, String> environment, String first) {
    MusterCommand muster = new MusterCommand();
    Failures failures = new Failures(muster, streams);
    CommandLine commandLine =
        new CommandLine(muster).addSubcommand(ServeCommand.commandLine(streams, environment));
    // Reading the options of all commands takes longer than starting a server.
    if (!first.equals("serve")) {
      commandLine
          .addSubcommand(KvCommand.commandLine(streams, environment))
          .addSubcommand(JobCommand.commandLine(streams, environment))
          .addSubcommand(new PerfCommand(streams, environment))
          .addSubcommand(RunCommand.commandLine(streams, environment))
          .addSubcommand(new DemoCommand(streams, environment))
          .addSubcommand(new CompletionCommand(streams))
          .addSubcommand(new HelpCommand(streams));
    }
    return commandLine
        // Keys and values are arbitrary text; a leading @ has no meaning.
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
