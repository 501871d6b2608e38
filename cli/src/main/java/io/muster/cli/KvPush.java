package io.muster.cli;

import io.muster.store.Store;
import picocli.CommandLine.Command;

/** {@code muster kv push}: appends an item to a queue. */
@Command(name = "push", description = "Append an item to a queue.")
final class KvPush extends KvWrite {
  KvPush(KvCommand kv) {
    super(kv);
  }

  @Override
  void write(Store store, String key, byte[] value) {
    store.queuePush(key, value);
  }
}
