package io.muster.cli;

import io.muster.store.Store;
import picocli.CommandLine.Command;

/** {@code muster kv count}: counts the keys. */
@Command(
    name = "count",
    description = {
      "Print the number of keys of the whole store, regardless of --prefix.",
      "Queues do not count. The keys in which PyTorch counts its workers do."
    })
final class KvCount extends KvOperation {

  KvCount(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    streams().print(Long.toString(store.numKeys()));
  }
}
