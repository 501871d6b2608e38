package io.muster.cli;

import io.muster.store.Store;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster kv pop}: takes an item off a queue. */
@Command(
    name = "pop",
    description = {
      "Take the item at the head of a queue and print it, byte for byte.",
      "Exit code 1 if the queue is empty."
    })
final class KvPop extends KvOperation {
  @Parameters(paramLabel = "KEY", description = "The key.")
  private String key = "";

  @Option(names = "--wait", description = "Wait for it, for at most the timeout.")
  private boolean wait;

  KvPop(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    streams().write(store.queuePop(key, wait));
  }
}
