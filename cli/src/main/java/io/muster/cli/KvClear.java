package io.muster.cli;

import io.muster.store.Store;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code muster kv clear}: deletes all keys. */
@Command(
    name = "clear",
    description = {
      "Delete all keys, or all keys below --prefix, and print how many.",
      "Queues, and the keys in which PyTorch counts its workers, are kept."
    })
final class KvClear extends KvOperation {
  @Option(names = "--yes", description = "Delete all keys. Required without --prefix.")
  private boolean yes;

  KvClear(KvCommand kv) {
    super(kv);
  }

  @Override
  void validate() {
    if (!yes && !kv().hasPrefix()) {
      throw new IllegalArgumentException(
          "deletes every key of " + kv().endpoint() + "; confirm with --yes, or give --prefix");
    }
  }

  @Override
  void run(Store store) {
    streams().print(Long.toString(deleteAll(store)));
  }

  /** Deletes all keys that the store lists, and returns how many existed. */
  static long deleteAll(Store store) {
    return store.listKeys().stream().filter(store::deleteKey).count();
  }
}
