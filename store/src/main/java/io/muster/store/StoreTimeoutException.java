package io.muster.store;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A wait timed out. The server has ended the wait as well, and the store stays usable. */
public final class StoreTimeoutException extends StoreException {
  private static final long serialVersionUID = 1L;

  /** The number of keys that a message names; further keys are counted. */
  private static final int NAMED_KEYS = 16;

  @SuppressWarnings("serial") // List.copyOf returns a serializable list
  private final List<String> missingKeys;

  private final Duration timeout;

  private StoreTimeoutException(String message, List<String> missingKeys, Duration timeout) {
    super(message);
    this.missingKeys = List.copyOf(missingKeys);
    this.timeout = timeout;
  }

  /**
   * Creates an exception about a wait for keys. The message begins with PyTorch's words.
   *
   * @param timeout how long the wait was allowed to last
   * @param keyPrefix what the store prepends to every key, as PyTorch shows it
   * @param keys the keys that were waited for
   * @param missing those of {@code keys} that were missing at the end
   * @param where the store, as its {@code toString} shows it
   */
  public static StoreTimeoutException ofKeys(
      Duration timeout, String keyPrefix, List<String> keys, List<String> missing, String where) {
    String message =
        String.format(
            Locale.ROOT,
            "wait timeout after %dms, keys: %s. Timeout on %s: missing %d of %d: %s",
            millis(timeout),
            named(keys, keyPrefix),
            where,
            missing.size(),
            keys.size(),
            named(missing, ""));
    return new StoreTimeoutException(message, missing, timeout);
  }

  /**
   * Creates an exception about a barrier.
   *
   * @param timeout how long the wait was allowed to last
   * @param key the barrier
   * @param worldSize the number of callers that the barrier waits for
   * @param where the store, as its {@code toString} shows it
   */
  public static StoreTimeoutException ofBarrier(
      Duration timeout, String key, long worldSize, String where) {
    String message =
        String.format(
            Locale.ROOT,
            "barrier timeout after %dms, key: %s. Timeout on %s: fewer than %d arrived",
            millis(timeout),
            key,
            where,
            worldSize);
    return new StoreTimeoutException(message, List.of(key), timeout);
  }

  /** Creates an exception about a wait for something other than keys. */
  static StoreTimeoutException of(String message, Duration timeout) {
    return new StoreTimeoutException(message, List.of(), timeout);
  }

  /** The keys that were still missing, without the store's own prefix. */
  public List<String> missingKeys() {
    return missingKeys;
  }

  /** How long the wait was allowed to last. */
  public Duration timeout() {
    return timeout;
  }

  private static long millis(Duration duration) {
    try {
      return duration.toMillis();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  private static String named(List<String> keys, String prefix) {
    String names =
        keys.stream().limit(NAMED_KEYS).map(prefix::concat).collect(Collectors.joining(", "));
    int more = keys.size() - NAMED_KEYS;
    return more > 0 ? names + " and " + more + " more" : names;
  }
}
