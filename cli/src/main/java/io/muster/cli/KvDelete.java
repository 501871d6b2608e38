package io.muster.cli;

import io.muster.store.Store;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster kv delete}: removes keys. */
@Command(
    name = "delete",
    description = "Remove a key; a queue of that name stays. Exit code 1 if it was not there.")
final class KvDelete extends KvOperation {
  @Parameters(paramLabel = "KEY", description = "The key.")
  private String key = "";

  KvDelete(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    if (!store.deleteKey(key)) {
      throw notThere(key);
    }
  }
}
