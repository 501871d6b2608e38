package io.muster.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code muster help}: shows what {@code --help} shows. */
@Command(name = "help", description = "Show the help of a command, like its option --help.")
final class HelpCommand implements Callable<Integer> {
  private final Streams streams;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "The command, such as: kv get")
  private List<String> names = new ArrayList<>();

  HelpCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    CommandLine command = spec.parent().commandLine();
    for (String name : names) {
      CommandLine named = command.getSubcommands().get(name);
      if (named == null) {
        throw new ParameterException(
            command,
            "unknown command '"
                + name
                + "'; choose one of "
                + String.join(", ", command.getSubcommands().keySet()));
      }
      command = named;
    }
    command.usage(streams.outWriter());
    return ExitCode.OK;
  }
}
