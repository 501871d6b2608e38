package io.muster.store;

import io.muster.store.internal.client.StoreClient;
import io.muster.store.internal.wire.Protocol;
import java.util.ArrayList;
import java.util.List;

/** The waits of a {@link TcpStore} for keys. A timeout names the keys that are missing. */
final class KeyWaits {
  private final StoreClient client;
  private final ClientCalls calls;
  private final RequestArguments arguments;
  private final String store;

  /**
   * The waits of an open store.
   *
   * @param store the text that stands for the store in messages
   */
  KeyWaits(StoreClient client, ClientCalls calls, RequestArguments arguments, String store) {
    this.client = client;
    this.calls = calls;
    this.arguments = arguments;
    this.store = store;
  }

  /**
   * Blocks until each of the keys is set or is a queue with items. Asks first whether it is so
   * already, because that needs no side connection.
   *
   * @throws StoreTimeoutException if keys are missing at the deadline
   */
  void await(Deadline deadline, List<String> keys) {
    List<byte[]> wireKeys = arguments.wireKeys(keys);
    if (calls.call("await", deadline, nanos -> client.check(wireKeys, nanos))) {
      return;
    }
    boolean came =
        !deadline.hasPassed()
            && calls.call("await", () -> client.await(wireKeys, deadline.remainingNanos()));
    if (!came) {
      List<Boolean> present =
          calls.call("await", deadline, nanos -> client.checkEach(wireKeys, nanos));
      List<String> missing = new ArrayList<>();
      for (int i = 0; i < keys.size(); i++) {
        if (!present.get(i)) {
          missing.add(keys.get(i));
        }
      }
      throw timedOut(deadline, keys, missing);
    }
  }

  /**
   * Blocks until each of the keys has a value.
   *
   * @param operation the operation that needs the values, for exceptions
   * @param wireKeys the keys in their wire form
   * @throws StoreTimeoutException if values are missing at the deadline
   */
  void awaitValues(String operation, Deadline deadline, List<String> keys, List<byte[]> wireKeys) {
    boolean came =
        !deadline.hasPassed()
            && calls.call(operation, () -> client.awaitValues(wireKeys, deadline.remainingNanos()));
    if (!came) {
      List<String> missing =
          keys.stream().filter(key -> !hasValue(operation, deadline, key)).toList();
      throw timedOut(deadline, keys, missing);
    }
  }

  private boolean hasValue(String operation, Deadline deadline, String key) {
    byte[] wireKey = arguments.wireKey(key);
    return calls.call(operation, deadline, nanos -> client.tryGet(wireKey, nanos)).isPresent();
  }

  /** Returns the exception if keys are missing at the deadline. */
  StoreTimeoutException timedOut(Deadline deadline, List<String> keys, List<String> missing) {
    return StoreTimeoutException.ofKeys(
        deadline.timeout(), Protocol.USER_KEY_PREFIX, keys, missing, store);
  }
}
