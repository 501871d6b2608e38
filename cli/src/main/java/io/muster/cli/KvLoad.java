package io.muster.cli;

import io.muster.store.Store;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code muster kv load}: sets the keys of a dump. */
@Command(
    name = "load",
    description = {
      "Set the keys that 'muster kv dump --json' has printed, from standard input.",
      "Other keys are unchanged."
    })
final class KvLoad extends KvOperation {
  KvLoad(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    try {
      KvRecord.readAll(streams().in(), store::set);
    } catch (IOException e) {
      throw new CommandFailedException(
          ExitCode.FAILED, "cannot read standard input: " + e.getMessage(), e);
    }
    KvWrite.awaitServer(store, "");
  }
}
