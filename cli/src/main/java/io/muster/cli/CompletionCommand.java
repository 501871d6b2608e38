package io.muster.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code muster completion}: a script that completes commands and options in the shell. */
@Command(
    name = "completion",
    description = {
      "Print a completion script for bash and zsh. To use it in the current shell:",
      "",
      "    source <(./muster completion)",
      ""
    })
final class CompletionCommand implements Callable<Integer> {
  private final Streams streams;

  @Spec private CommandSpec spec = CommandSpec.create();

  CompletionCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    streams.print(AutoComplete.bash("muster", spec.root().commandLine()).stripTrailing());
    return ExitCode.OK;
  }
}
