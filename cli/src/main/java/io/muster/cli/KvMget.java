package io.muster.cli;

import io.muster.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster kv mget}: prints several values. */
@Command(
    name = "mget",
    description = {
      "Print the values of the keys in the given order, one per line.",
      "On a terminal, control characters and invisible characters are escaped.",
      "Exit code 1, and no output, if one of the keys is not found."
    })
final class KvMget extends KvOperation {
  @Parameters(arity = "1..*", paramLabel = "KEY", description = "The keys.")
  private List<String> keys = new ArrayList<>();

  @Option(names = "--wait", description = "Wait until the keys are set, at most for the timeout.")
  private boolean wait;

  @Mixin private Separator separator = new Separator();

  KvMget(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    if (!wait) {
      store.setTimeout(Duration.ZERO);
    }
    for (byte[] value : store.multiGet(keys)) {
      separator.print(streams(), streams().isTerminal() ? Streams.printable(value) : value);
    }
  }
}
