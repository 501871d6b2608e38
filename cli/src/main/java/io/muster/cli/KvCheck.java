package io.muster.cli;

import io.muster.store.Store;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster kv check}: looks whether keys are there. */
@Command(
    name = "check",
    description = {
      "Look whether all the keys are there, or are queues that are not empty.",
      "Exit code 1 if not."
    })
final class KvCheck extends KvOperation {
  @Parameters(arity = "1..*", paramLabel = "KEY", description = "The keys.")
  private List<String> keys = new ArrayList<>();

  KvCheck(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    if (store.check(keys)) {
      return;
    }
    List<String> missing = keys.stream().filter(key -> !store.check(key)).toList();
    throw notThere(String.join(", ", missing));
  }
}
