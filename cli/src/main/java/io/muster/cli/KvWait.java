package io.muster.cli;

import io.muster.store.Store;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster kv wait}: waits for keys. */
@Command(
    name = "wait",
    description = {
      "Wait until each of the keys is set, or is a queue with items.",
      "Exit code 1 if that takes longer than the timeout."
    })
final class KvWait extends KvOperation {
  @Parameters(arity = "1..*", paramLabel = "KEY", description = "The keys.")
  private List<String> keys = new ArrayList<>();

  KvWait(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    store.await(keys);
  }
}
