package io.muster.cli;

import io.muster.store.Store;
import io.muster.store.SwapResult;
import java.util.Arrays;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster kv cas}: replaces a value if it is the expected one. */
@Command(
    name = "cas",
    description = {
      "Set a key to DESIRED if its value is EXPECTED, or if EXPECTED is empty and the key is not set.",
      "Otherwise print its value, if it has one, byte for byte; exit code 1.",
      "If several callers use the same EXPECTED and DESIRED at the same moment, a Muster server tells"
          + " exactly one of them that it has set the key. A PyTorch server tells all of them so:"
          + " give each caller a different DESIRED, such as its host and process id."
    })
final class KvCas extends KvOperation {
  @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
  private String key = "";

  @Parameters(
      index = "1",
      paramLabel = "EXPECTED",
      description = "The expected value; '' if the key should not be set.")
  private String expected = "";

  @Parameters(index = "2", paramLabel = "DESIRED", description = "The value to set.")
  private String desired = "";

  KvCas(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    byte[] expectedBytes = kv().value("EXPECTED", expected);
    byte[] desiredBytes = kv().value("DESIRED", desired);
    SwapResult result;
    try {
      result = store.compareAndSwap(key, expectedBytes, desiredBytes);
    } catch (UnsupportedOperationException e) {
      compareSet(store, expectedBytes, desiredBytes);
      return;
    }
    if (!result.swapped()) {
      throw result.value().map(this::notSwapped).orElseGet(() -> notFound(key));
    }
  }

  /** The best possible result with a PyTorch server, which returns only the value. */
  private void compareSet(Store store, byte[] expectedBytes, byte[] desiredBytes) {
    // The server returns DESIRED both if it swapped and if the key had this value already.
    if (!expected.equals(desired) && isAt(store, desiredBytes)) {
      throw notSwapped(desiredBytes);
    }
    byte[] current = store.compareSet(key, expectedBytes, desiredBytes);
    // For a missing key the server returns EXPECTED.
    boolean unclear = Arrays.equals(current, expectedBytes);
    if (unclear && !store.check(key)) {
      throw notFound(key);
    }
    if (!Arrays.equals(current, desiredBytes)) {
      throw notSwapped(current);
    }
    streams()
        .errWriter()
        .println(
            "muster kv cas: warning: the server does not tell which caller set the key; another caller"
                + " with the same DESIRED may have set it at the same moment");
  }

  private boolean isAt(Store store, byte[] value) {
    return store.check(key) && Arrays.equals(store.get(key), value);
  }

  private CommandFailedException notSwapped(byte[] current) {
    streams().writeValue(current);
    return CommandFailedException.notFound(
        "not swapped: " + key + " has another value (" + kv().endpoint() + ")");
  }
}
