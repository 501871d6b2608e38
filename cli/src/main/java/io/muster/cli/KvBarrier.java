package io.muster.cli;

import io.muster.store.Store;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster kv barrier}: waits at a barrier. */
@Command(
    name = "barrier",
    description = {
      "Wait until WORLD_SIZE callers have arrived at the barrier KEY. A barrier can be used once.",
      "Exit code 1 if fewer arrive within the timeout."
    })
final class KvBarrier extends KvOperation {
  @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
  private String key = "";

  @Parameters(index = "1", paramLabel = "WORLD_SIZE", description = "The number of callers.")
  private int worldSize;

  KvBarrier(KvCommand kv) {
    super(kv);
  }

  @Override
  void validate() {
    if (worldSize < 1) {
      throw new IllegalArgumentException("WORLD_SIZE must be at least 1 but was " + worldSize);
    }
  }

  @Override
  void run(Store store) {
    store.barrier(key, worldSize);
  }
}
