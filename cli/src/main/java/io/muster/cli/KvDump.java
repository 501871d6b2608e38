package io.muster.cli;

import io.muster.store.KeyText;
import io.muster.store.Store;
import io.muster.store.internal.text.PrintableText;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code muster kv dump}: prints all keys and values. */
@Command(
    name = "dump",
    description = {
      "Print all keys and values in sorted order, one per line: the key, a tab, and the value, both"
          + " with control characters escaped. 'muster kv load' reads what --json prints.",
      "Queues are not printed, because the protocol cannot list them. The dump is not a snapshot: it"
          + " reads one key after the other."
    })
final class KvDump extends KvOperation {
  @Option(
      names = "--json",
      description =
          "Print a JSON object per line: key (key_base64 if it is not UTF-8), value_base64, kind.")
  private boolean json;

  KvDump(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    for (String key : store.listKeys().stream().sorted().toList()) {
      Optional<byte[]> value = store.find(key);
      value.ifPresent(bytes -> streams().print(json ? KvRecord.of(key, bytes) : text(key, bytes)));
    }
  }

  private static String text(String key, byte[] value) {
    return PrintableText.of(key) + "\t" + PrintableText.of(KeyText.text(value));
  }
}
