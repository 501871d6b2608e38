package io.muster.cli;

import io.muster.store.Store;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster kv delete}: deletes keys. */
@Command(
    name = "delete",
    description = {
      "Delete keys, but not queues with the same names. Without KEY, delete all keys below --prefix"
          + " and print how many.",
      "Exit code 1 if one of the keys is not found; the others are deleted."
    })
final class KvDelete extends KvOperation {
  @Parameters(arity = "0..*", paramLabel = "KEY", description = "The keys.")
  private List<String> keys = new ArrayList<>();

  KvDelete(KvCommand kv) {
    super(kv);
  }

  @Override
  void validate() {
    if (keys.isEmpty() && !kv().hasPrefix()) {
      throw new IllegalArgumentException("expected a KEY, or --prefix to delete all keys below it");
    }
  }

  @Override
  void run(Store store) {
    if (keys.isEmpty()) {
      streams().print(Long.toString(KvClear.deleteAll(store)));
      return;
    }
    List<String> missing = keys.stream().filter(key -> !store.deleteKey(key)).toList();
    if (!missing.isEmpty()) {
      throw notFound(String.join(", ", missing));
    }
  }
}
