package io.muster.cli;

import io.muster.store.KeyText;
import io.muster.store.Store;
import io.muster.store.internal.text.PrintableText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code muster kv keys}: lists the keys. */
@Command(
    name = "keys",
    description = {
      "Print the keys in sorted order, one per line, without queues.",
      "On a terminal, control characters and invisible characters are escaped."
    })
final class KvKeys extends KvOperation {
  @Mixin private Separator separator = new Separator();

  @Option(
      names = "--json",
      description = "Print a JSON object per line: key (key_base64 if it is not UTF-8), kind.")
  private boolean json;

  KvKeys(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    List<String> keys = new ArrayList<>(store.listKeys());
    Collections.sort(keys);
    for (String key : keys) {
      if (json) {
        streams().print(KvRecord.ofKey(key));
        continue;
      }
      separator.print(
          streams(), KeyText.bytes(streams().isTerminal() ? PrintableText.of(key) : key));
    }
  }
}
