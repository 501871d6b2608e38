package io.muster.cli;

import io.muster.store.Store;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster kv check}: checks whether keys exist. */
@Command(
    name = "check",
    description = {
      "Check whether each of the keys is set, or is a queue with items.",
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
    throw notFound(String.join(", ", missing));
  }
}
