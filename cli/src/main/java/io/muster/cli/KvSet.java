package io.muster.cli;

import io.muster.store.Store;
import picocli.CommandLine.Command;

/** {@code muster kv set}: sets a value. */
@Command(name = "set", description = "Set the value of a key.")
final class KvSet extends KvWrite {
  KvSet(KvCommand kv) {
    super(kv);
  }

  @Override
  void write(Store store, String key, byte[] value) {
    store.set(key, value);
  }
}
