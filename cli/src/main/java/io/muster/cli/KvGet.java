package io.muster.cli;

import io.muster.store.Store;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster kv get}: prints a value. */
@Command(
    name = "get",
    description = {
      "Print the value of a key, byte for byte, without a line end.",
      "Exit code 1 if the key is not found."
    })
final class KvGet extends KvOperation {
  @Parameters(paramLabel = "KEY", description = "The key.")
  private String key = "";

  @Option(names = "--wait", description = "Wait until the key is set, at most for the timeout.")
  private boolean wait;

  KvGet(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    if (!wait) {
      store.setTimeout(Duration.ZERO);
    }
    streams().write(store.get(key));
  }
}
