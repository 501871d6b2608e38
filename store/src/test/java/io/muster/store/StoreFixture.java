package io.muster.store;

import java.nio.charset.StandardCharsets;

/** What the contracts need of the class that runs them. */
public interface StoreFixture {
  /** The store under test: empty, with a timeout of 30 s, closed after the test. */
  Store store();

  /** Another handle to the same keys, a duplicate of {@link #store} or itself. */
  Store anotherHandle();

  /** How many keys of its own an empty store counts in {@link Store#numKeys}. */
  default int bookkeepingKeys() {
    return 0;
  }

  /** What the store calls {@code key} when it names a missing key in an exception. */
  default String named(String key) {
    return key;
  }

  /** How often each of 16 threads does something where threads compete. */
  default int operationsPerThread() {
    return 1000;
  }

  /**
   * Whether a PyTorch server keeps the keys: one that disconnects who adds to what is no number or
   * is empty, and that takes a name that is only a queue for a key with an empty value.
   */
  default boolean isKeptByPyTorch() {
    return false;
  }

  default boolean hasQueues() {
    return this instanceof QueueContract;
  }

  /**
   * Returns when the writes of this handle, which may be unacknowledged, are seen by all others.
   */
  static void settle(Store handle) {
    long unused = handle.numKeys();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
