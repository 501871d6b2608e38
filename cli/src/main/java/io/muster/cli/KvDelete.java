package io.muster.cli;

import io.muster.store.Store;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster kv delete}: deletes a key. */
@Command(
    name = "delete",
    description =
        "Delete a key, but not a queue with the same name. Exit code 1 if the key is not found.")
final class KvDelete extends KvOperation {
  @Parameters(paramLabel = "KEY", description = "The key.")
  private String key = "";

  KvDelete(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    if (!store.deleteKey(key)) {
      throw notFound(key);
    }
  }
}
