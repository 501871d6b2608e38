package io.muster.cli;

import io.muster.store.Store;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster kv add}: adds to a counter. */
@Command(name = "add", description = "Add to a counter, which starts at 0, and print the sum.")
final class KvAdd extends KvOperation {
  @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
  private String key = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "DELTA",
      description = "The number to add; may be negative. Default: 1.")
  private long delta = 1;

  KvAdd(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    streams().print(Long.toString(store.add(key, delta)));
  }
}
