package io.muster.cli;

import io.muster.store.Store;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster kv pop}: removes the first item of a queue and prints it. */
@Command(
    name = "pop",
    description = {
      "Remove the first item of a queue and print it, byte for byte.",
      "Exit code 1 if the queue is empty."
    })
final class KvPop extends KvOperation {
  @Parameters(paramLabel = "KEY", description = "The key.")
  private String key = "";

  @Option(names = "--wait", description = "Wait for an item, at most for the timeout.")
  private boolean wait;

  KvPop(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    streams().writeValue(store.queuePop(key, wait));
  }
}
