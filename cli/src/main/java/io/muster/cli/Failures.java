package io.muster.cli;

import io.muster.collectives.CollectiveException;
import io.muster.collectives.CollectiveTimeoutException;
import io.muster.store.MusterException;
import io.muster.store.NetworkException;
import io.muster.store.ProtocolException;
import io.muster.store.QueueEmptyException;
import io.muster.store.StoreTimeoutException;
import io.muster.store.internal.text.PrintableText;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Converts the exceptions of a command to one line on standard error and an exit code. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final MusterCommand muster;
  private final Streams streams;

  Failures(MusterCommand muster, Streams streams) {
    this.muster = muster;
    this.streams = streams;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    String command = MusterCommand.nameOf(e.getCommandLine());
    String message =
        e.getMessage()
            + suggestion(e)
            + EnvironmentDefaults.origins(
                e.getCommandLine(), List.of(args), String.valueOf(e.getMessage()));
    return report(e, command, message + " (see " + command + " --help)", ExitCode.MISUSE);
  }

  @Override
  public int handleExecutionException(
      Exception e, CommandLine commandLine, ParseResult parseResult) {
    String message = messageOf(e);
    String origins = EnvironmentDefaults.origins(commandLine, parseResult.originalArgs(), message);
    return report(e, MusterCommand.nameOf(commandLine), message + origins, exitCodeOf(e));
  }

  /** Returns a suggestion for an unknown command or option; may be empty. */
  private static String suggestion(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)) {
      return "";
    }
    String typed = unmatched.getUnmatched().get(0);
    CommandLine command = e.getCommandLine();
    List<String> similar =
        Suggestions.of(
            typed,
            typed.startsWith("-")
                ? command.getCommandSpec().optionsMap().keySet()
                : command.getSubcommands().keySet());
    return similar.isEmpty() ? "" : "; did you mean " + String.join(" or ", similar) + "?";
  }

  private int report(Exception e, String command, String message, int exitCode) {
    PrintWriter err = streams.errWriter();
    err.println(command + ": " + PrintableText.of(message.strip().replaceAll("\\s*\\R\\s*", " ")));
    if (muster.isVerbose()) {
      StackTrace.print(e, err);
    }
    return exitCode;
  }

  private static String messageOf(Exception e) {
    String message = e.getMessage();
    boolean speaksForItself =
        e instanceof CommandFailedException
            || e instanceof MusterException
            || e instanceof IllegalArgumentException
            || e instanceof UnsupportedOperationException;
    return speaksForItself && message != null ? message : e.toString();
  }

  private static int exitCodeOf(Exception e) {
    if (e instanceof CommandFailedException failed) {
      return failed.exitCode();
    }
    if (e instanceof StoreTimeoutException
        || e instanceof CollectiveTimeoutException
        || e instanceof QueueEmptyException) {
      return ExitCode.NOT_FOUND;
    }
    if (e instanceof NetworkException
        || e instanceof ProtocolException
        || e instanceof CollectiveException) {
      return ExitCode.NO_CONNECTION;
    }
    return e instanceof IllegalArgumentException ? ExitCode.MISUSE : ExitCode.FAILED;
  }
}
