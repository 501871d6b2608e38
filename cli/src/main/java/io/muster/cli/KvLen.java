package io.muster.cli;

import io.muster.store.Store;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster kv len}: counts the items of a queue. */
@Command(name = "len", description = "Print the number of items of a queue.")
final class KvLen extends KvOperation {
  @Parameters(paramLabel = "KEY", description = "The key.")
  private String key = "";

  KvLen(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    streams().print(Long.toString(store.queueLen(key)));
  }
}
