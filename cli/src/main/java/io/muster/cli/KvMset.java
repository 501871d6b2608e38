package io.muster.cli;

import io.muster.store.Store;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster kv mset}: sets several values. */
@Command(name = "mset", description = "Set several keys at once.")
final class KvMset extends KvOperation {
  @Parameters(
      arity = "1..*",
      paramLabel = "KEY VALUE",
      description = "Keys, each followed by its value in UTF-8.")
  private List<String> keysAndValues = new ArrayList<>();

  KvMset(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    if (keysAndValues.size() % 2 != 0) {
      throw new IllegalArgumentException(
          "the last key has no value: " + keysAndValues.get(keysAndValues.size() - 1));
    }
    List<String> keys = new ArrayList<>();
    List<byte[]> values = new ArrayList<>();
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      keys.add(keysAndValues.get(i));
      values.add(kv().value("VALUE", keysAndValues.get(i + 1)));
    }
    store.multiSet(keys, values);
    KvWrite.awaitServer(store, keys.get(0));
  }
}
