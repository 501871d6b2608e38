package io.muster.cli;

import io.muster.store.Store;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster kv barrier}: waits for company. */
@Command(
    name = "barrier",
    description = {
      "Wait until WORLD_SIZE callers have come to the barrier KEY. A barrier serves once.",
      "Exit code 1 if fewer come within the timeout."
    })
final class KvBarrier extends KvOperation {
  @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
  private String key = "";

  @Parameters(index = "1", paramLabel = "WORLD_SIZE", description = "How many are to come.")
  private int worldSize;

  KvBarrier(KvCommand kv) {
    super(kv);
  }

  @Override
  void requireSense() {
    if (worldSize < 1) {
      throw new IllegalArgumentException("WORLD_SIZE is " + worldSize + ", but must be at least 1");
    }
  }

  @Override
  void run(Store store) {
    store.barrier(key, worldSize);
  }
}
