package io.muster.cli;

import io.muster.store.Store;
import io.muster.store.SwapResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster kv cas}: replaces a value if it is what one thinks it is. */
@Command(
    name = "cas",
    description = {
      "Set a key to DESIRED if its value is EXPECTED, or if EXPECTED is empty and it is not there.",
      "Otherwise print its value, if it has one, byte for byte; exit code 1.",
      "Of several callers at once with the same EXPECTED and DESIRED, one is told by a Muster server"
          + " that it has set the key. PyTorch's servers cannot tell them apart if they come at the"
          + " same moment: there, give each caller a DESIRED of its own, such as host and process."
    })
final class KvCas extends KvOperation {
  @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
  private String key = "";

  @Parameters(
      index = "1",
      paramLabel = "EXPECTED",
      description = "The value it should have; '' if none.")
  private String expected = "";

  @Parameters(index = "2", paramLabel = "DESIRED", description = "The value to set.")
  private String desired = "";

  KvCas(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    byte[] expectedBytes = expected.getBytes(StandardCharsets.UTF_8);
    byte[] desiredBytes = desired.getBytes(StandardCharsets.UTF_8);
    SwapResult result;
    try {
      result = store.compareAndSwap(key, expectedBytes, desiredBytes);
    } catch (UnsupportedOperationException e) {
      compareSet(store, expectedBytes, desiredBytes);
      return;
    }
    if (!result.swapped()) {
      throw result.value().map(this::notSwapped).orElseGet(() -> notThere(key));
    }
  }

  /** As well as it can be done on a PyTorch server, which answers with the value only. */
  private void compareSet(Store store, byte[] expectedBytes, byte[] desiredBytes) {
    // The answer to both of "swapped" and "it had this value already" is the value.
    if (!expected.equals(desired) && isAt(store, desiredBytes)) {
      throw notSwapped(desiredBytes);
    }
    byte[] current = store.compareSet(key, expectedBytes, desiredBytes);
    // The answer for a key that is missing is what was expected.
    boolean unclear = Arrays.equals(current, expectedBytes);
    if (unclear && !store.check(key)) {
      throw notThere(key);
    }
    if (!Arrays.equals(current, desiredBytes)) {
      throw notSwapped(current);
    }
  }

  private boolean isAt(Store store, byte[] value) {
    return store.check(key) && Arrays.equals(store.get(key), value);
  }

  private CommandFailedException notSwapped(byte[] current) {
    streams().write(current);
    return CommandFailedException.notThere(
        "not swapped: " + key + " has another value (" + kv().endpoint() + ")");
  }
}
