package io.muster.cli;

import io.muster.store.Store;
import picocli.CommandLine.Command;

/** {@code muster kv append}: appends to a value. */
@Command(name = "append", description = "Append to the value of a key.")
final class KvAppend extends KvWrite {
  KvAppend(KvCommand kv) {
    super(kv);
  }

  @Override
  void write(Store store, String key, byte[] value) {
    store.append(key, value);
  }
}
