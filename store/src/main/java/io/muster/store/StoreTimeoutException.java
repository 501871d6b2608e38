package io.muster.store;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What was waited for did not come in time. The wait is over on the server too, and the store stays
 * usable.
 */
public final class StoreTimeoutException extends StoreException {
  private static final long serialVersionUID = 1L;

  /** Keys beyond this many are counted, not named. */
  private static final int NAMED_KEYS = 16;

  @SuppressWarnings("serial") // an immutable list of strings is
  private final List<String> missingKeys;

  private final Duration timeout;

  private StoreTimeoutException(String message, List<String> missingKeys, Duration timeout) {
    super(message);
    this.missingKeys = List.copyOf(missingKeys);
    this.timeout = timeout;
  }

  /**
   * A wait for keys that timed out, in PyTorch's words and then in ours.
   *
   * @param timeout how long the wait was allowed to last
   * @param keyPrefix what the store puts before every key, as PyTorch shows it
   * @param keys what was waited for
   * @param missing those of {@code keys} that were not there at the end
   * @param where the store, as it shows itself
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
   * A barrier that timed out.
   *
   * @param timeout how long the wait was allowed to last
   * @param key the barrier
   * @param worldSize how many it waited for
   * @param where the store, as it shows itself
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

  /** A wait for something other than keys that timed out. */
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
