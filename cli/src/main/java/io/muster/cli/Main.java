package io.muster.cli;

import io.muster.store.internal.text.PrintableText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** The {@code muster} command. */
public final class Main {
  private Main() {}

  /** What to say when there may be no memory to put words together. */
  private static final byte[] OUT_OF_MEMORY =
      ("muster: not enough memory: the heap may have "
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MiB; MUSTER_JAVA_OPTS=-Xmx2g, for example, allows more\n")
          .getBytes(StandardCharsets.UTF_8);

  /** Runs a command and exits with its code; see {@link ExitCode}. */
  public static void main(String[] args) {
    int exitCode = ExitCode.JVM_FAILED;
    try {
      Launcher.endWithIt();
      exitCode = Launcher.translate(run(Streams.ofProcess(), args));
    } finally {
      // Whatever was thrown: the JVM's own code for it means something else.
      System.exit(exitCode);
    }
  }

  /** Runs a command in this process. Whatever is thrown becomes one line and a code. */
  static int run(Streams streams, String... args) {
    try {
      Arguments.requireUtf8(args);
      return commandLine(streams, args.length == 0 ? "" : args[0]).execute(args);
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
      // There is nobody to tell; the exit code still does.
    }
  }

  /** The command line; with {@code serve} as the first argument, only what that needs. */
  static CommandLine commandLine(Streams streams, String first) {
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
          .addSubcommand(new CompletionCommand(streams))
          .addSubcommand(new HelpCommand(streams));
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
