package io.muster.cli;

import io.muster.store.Store;
import io.muster.store.internal.text.PrintableText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code muster kv keys}: lists the keys. */
@Command(
    name = "keys",
    description = {
      "Print the keys in order, one a line. Queues are not among them.",
      "On a terminal what it would obey, and what would not be seen, is escaped."
    })
final class KvKeys extends KvOperation {
  @Mixin private Separator separator = new Separator();

  KvKeys(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    List<String> keys = new ArrayList<>(store.listKeys());
    Collections.sort(keys);
    for (String key : keys) {
      separator.print(streams(), KeyBytes.of(streams().isTerminal() ? PrintableText.of(key) : key));
    }
  }
}
