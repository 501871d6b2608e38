package io.muster.cli;

import io.muster.store.Store;
import picocli.CommandLine.Command;

/** {@code muster kv append}: adds to the end of a value. */
@Command(name = "append", description = "Add to the end of the value of a key.")
final class KvAppend extends KvWrite {
  KvAppend(KvCommand kv) {
    super(kv);
  }

  @Override
  void write(Store store, String key, byte[] value) {
    store.append(key, value);
  }
}
