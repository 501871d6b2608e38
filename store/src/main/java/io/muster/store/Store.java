package io.muster.store;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A map from keys to bytes that the processes of a job share; PyTorch's {@code
 * torch.distributed.Store}.
 *
 * <p><b>Blocking.</b> {@link #get}, {@link #multiGet}, {@link #await}, {@link #barrier} and a
 * blocking {@link #queuePop} wait until another process has done its part; everything else is
 * answered at once. A wait lasts at most {@link #timeout}, or the duration given to the call.
 * Durations have at least millisecond resolution. Zero means not to wait: what is there now counts,
 * and what is not times out at once. {@link #FOREVER} means to wait without limit. A negative
 * duration is an {@link IllegalArgumentException}. This holds for every store of this package;
 * PyTorch's disagree with each other.
 *
 * <p><b>Threads.</b> The stores of this package are thread-safe, and a thread that waits never
 * blocks the operations of another on the same object. {@link Thread#interrupt} ends a wait with
 * {@link StoreInterruptedException}, the flag set again, and leaves the store usable.
 *
 * <p><b>Bytes.</b> Arrays stay the caller's: a value is copied or sent before a method returns, and
 * what is returned is the caller's to change. Text overloads use UTF-8. Keys are text in UTF-8; a
 * byte of a key that is not valid UTF-8 appears as the lone surrogate U+DC00 + byte, and goes back
 * as that byte.
 *
 * <p><b>Your own store.</b> Implement {@link #set}, {@link #get}, {@link #add} and {@link
 * #compareSet}, and of the rest what the store can do. {@link #append}, {@link #multiGet}, {@link
 * #multiSet} and {@link #barrier} fall back on other verbs; the others throw {@link
 * UnsupportedOperationException} with the message {@code Not implemented.}
 *
 * <p>Besides the exceptions named below, a store over a network throws {@link NetworkException}
 * from any method once its connection is lost, and a closed store {@link IllegalStateException}. An
 * argument that is null, or a list that contains null, is a {@link NullPointerException} that names
 * it.
 */
public interface Store extends AutoCloseable {
  /** The timeout of a store that was given none: 5 minutes, as PyTorch's. */
  Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);

  /** To wait without limit. */
  Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

  /** Sets the value of a key and wakes who waits for it. */
  void set(String key, byte[] value);

  /** Sets the value of a key to text in UTF-8. */
  default void set(String key, String value) {
    set(key, Arguments.utf8(value, "value"));
  }

  /**
   * Returns the value of a key, waiting for the key to be set.
   *
   * @throws StoreTimeoutException if the key is still missing after {@link #timeout}
   */
  byte[] get(String key);

  /** {@link #get}, with the value read as UTF-8. */
  default String getString(String key) {
    return new String(get(key), StandardCharsets.UTF_8);
  }

  /**
   * Adds {@code delta} to the counter at {@code key}, which starts at 0 and is kept as decimal
   * text, and wakes who waits for it. Existing text is read as C's {@code strtoll} reads it:
   * leading white space and anything behind the digits are ignored, and an empty value is 0. The
   * sum wraps around at 64 bits.
   *
   * @return the sum
   * @throws StoreException if the value at {@code key} does not begin with a number of 64 bits;
   *     nothing is changed
   */
  long add(String key, long delta);

  /**
   * Replaces the value of a key if it equals {@code expected}. A missing key equals an empty {@code
   * expected} and no other.
   *
   * @return {@code desired} if it was stored; else the current value, or {@code expected} if the
   *     key is missing
   */
  byte[] compareSet(String key, byte[] expected, byte[] desired);

  /** {@link #compareSet(String, byte[], byte[])} with text in UTF-8. */
  default String compareSet(String key, String expected, String desired) {
    byte[] result =
        compareSet(key, Arguments.utf8(expected, "expected"), Arguments.utf8(desired, "desired"));
    return new String(result, StandardCharsets.UTF_8);
  }

  /**
   * Does the same as {@link #compareSet(String, byte[], byte[])}, and returns whether this call
   * replaced the value. {@code compareSet} returns {@code desired} both to the caller that replaced
   * the value and to a caller that found {@code desired} there already. PyTorch has no such
   * operation.
   *
   * <p>Blocks at most for the store's timeout. Supported by the stores of this package; {@link
   * TcpStore} supports it against Muster's servers only.
   *
   * @return whether the value was replaced, and the value after the call; the caller owns the array
   * @throws UnsupportedOperationException if the store does not support it; nothing is changed
   */
  default SwapResult compareAndSwap(String key, byte[] expected, byte[] desired) {
    throw notImplemented();
  }

  /** {@link #compareAndSwap(String, byte[], byte[])} with text in UTF-8. */
  default SwapResult compareAndSwap(String key, String expected, String desired) {
    return compareAndSwap(
        key, Arguments.utf8(expected, "expected"), Arguments.utf8(desired, "desired"));
  }

  /** Whether all of the keys are there, or are queues that are not empty. True for no keys. */
  default boolean check(List<String> keys) {
    throw notImplemented();
  }

  /** Whether all of the keys are there. */
  default boolean check(String... keys) {
    return check(Arguments.list(keys, "keys"));
  }

  /**
   * Waits until each of the keys has been there; PyTorch's {@code wait}. A queue that is not empty
   * counts as there.
   *
   * @throws StoreTimeoutException naming the missing keys, after {@code timeout}
   */
  default void await(Duration timeout, List<String> keys) {
    throw notImplemented();
  }

  /** {@link #await(Duration, List)}. */
  default void await(Duration timeout, String... keys) {
    await(timeout, Arguments.list(keys, "keys"));
  }

  /** {@link #await(Duration, List)} for at most {@link #timeout}. */
  default void await(List<String> keys) {
    await(timeout(), keys);
  }

  /** {@link #await(Duration, List)} for at most {@link #timeout}. */
  default void await(String... keys) {
    await(timeout(), Arguments.list(keys, "keys"));
  }

  /**
   * Removes a key. A queue of that name stays.
   *
   * @return whether the key was there
   */
  default boolean deleteKey(String key) {
    throw notImplemented();
  }

  /** How many keys the store holds, its own bookkeeping keys included. Queues do not count. */
  default long numKeys() {
    throw notImplemented();
  }

  /** The keys of the store in no order, without its own bookkeeping keys and without queues. */
  default List<String> listKeys() {
    throw notImplemented();
  }

  /**
   * Whether {@link #append}, {@link #multiGet} and {@link #multiSet} are single operations of the
   * store, rather than the fallbacks this interface makes of the others.
   */
  default boolean hasExtendedApi() {
    return false;
  }

  /**
   * Puts {@code value} behind the value of a key, or sets it if the key is missing, and wakes who
   * waits for it.
   *
   * <p>The fallback is a loop of {@link #compareSet}. As that does not say whether it swapped, two
   * processes that append equal bytes at the same moment may end up with one copy; the stores of
   * this package do not use the fallback.
   */
  default void append(String key, byte[] value) {
    requireNonNull(key, "key");
    requireNonNull(value, "value");
    byte[] expected = currentOrEmpty(key);
    while (true) {
      byte[] desired = Arrays.copyOf(expected, expected.length + value.length);
      System.arraycopy(value, 0, desired, expected.length, value.length);
      byte[] current = compareSet(key, expected, desired);
      if (Arrays.equals(current, desired)) {
        return;
      }
      // A key that was deleted meanwhile answers with what was expected.
      expected = Arrays.equals(current, expected) ? new byte[0] : current;
    }
  }

  private byte[] currentOrEmpty(String key) {
    try {
      return check(key) ? get(key) : new byte[0];
    } catch (UnsupportedOperationException e) {
      return new byte[0];
    }
  }

  /** {@link #append(String, byte[])} with text in UTF-8. */
  default void append(String key, String value) {
    append(key, Arguments.utf8(value, "value"));
  }

  /**
   * Returns the values of all the keys in their order, waiting for all of them to be set.
   *
   * @throws StoreTimeoutException naming the missing keys, after {@link #timeout}
   */
  default List<byte[]> multiGet(List<String> keys) {
    List<String> copied = Arguments.copy(keys, "keys");
    List<byte[]> values = new ArrayList<>(copied.size());
    for (String key : copied) {
      values.add(get(key));
    }
    return values;
  }

  /** {@link #multiGet(List)}. */
  default List<byte[]> multiGet(String... keys) {
    return multiGet(Arguments.list(keys, "keys"));
  }

  /**
   * Sets each key to the value at the same place of the other list.
   *
   * @throws IllegalArgumentException if the lists differ in size
   */
  default void multiSet(List<String> keys, List<byte[]> values) {
    List<String> copiedKeys = Arguments.copy(keys, "keys");
    List<byte[]> copiedValues = Arguments.copy(values, "values");
    requireSameSize(copiedKeys, copiedValues);
    for (int i = 0; i < copiedKeys.size(); i++) {
      set(copiedKeys.get(i), copiedValues.get(i));
    }
  }

  /**
   * Adds an item to the end of a queue and wakes one who waits for it. Queues are apart from keys:
   * they may share a name, {@link #deleteKey} does not touch them, and they are neither counted nor
   * listed.
   */
  default void queuePush(String key, byte[] item) {
    throw notImplemented();
  }

  /** {@link #queuePush(String, byte[])} with text in UTF-8. */
  default void queuePush(String key, String item) {
    queuePush(key, Arguments.utf8(item, "item"));
  }

  /**
   * Takes the item at the head of a queue.
   *
   * @param block whether to wait for an item
   * @throws QueueEmptyException if there is none and {@code block} is false
   * @throws StoreTimeoutException if {@code block} is true and there is none after {@link #timeout}
   */
  default byte[] queuePop(String key, boolean block) {
    throw notImplemented();
  }

  /** {@link #queuePop(String, boolean)}, waiting for an item. */
  default byte[] queuePop(String key) {
    return queuePop(key, true);
  }

  /** How many items a queue holds; 0 if it was never pushed to. */
  default long queueLen(String key) {
    throw notImplemented();
  }

  /**
   * Waits until {@code worldSize} callers have come to the barrier {@code key}. A caller who times
   * out or is interrupted no longer counts. A barrier serves once: later calls return at once. With
   * a world size of 1 or less nobody waits.
   *
   * <p>The fallback counts at {@code key/num_members} and waits for {@code key/last_member}, as
   * PyTorch's does.
   *
   * @throws StoreTimeoutException if fewer have come after {@code timeout}; the message has the key
   *     without any prefix
   */
  default void barrier(String key, int worldSize, Duration timeout) {
    requireNonNull(key, "key");
    Deadline deadline = Deadline.after(timeout);
    String members = key + "/num_members";
    String last = key + "/last_member";
    if (add(members, 1) >= worldSize) {
      set(last, "1");
    }
    try {
      await(deadline.remaining(), last);
    } catch (StoreTimeoutException e) {
      boolean allHadCome = add(members, -1) + 1 >= worldSize || check(last);
      if (allHadCome) {
        return;
      }
      throw StoreTimeoutException.ofBarrier(timeout, key, worldSize, toString());
    } catch (StoreInterruptedException e) {
      add(members, -1);
      throw e;
    }
  }

  /** {@link #barrier(String, int, Duration)} for at most {@link #timeout}. */
  default void barrier(String key, int worldSize) {
    barrier(key, worldSize, timeout());
  }

  /** How long a wait lasts at most if the call does not say; at first {@link #DEFAULT_TIMEOUT}. */
  default Duration timeout() {
    return DEFAULT_TIMEOUT;
  }

  /**
   * Changes {@link #timeout} for the waits that begin from now on.
   *
   * @throws IllegalArgumentException if it is negative
   */
  default void setTimeout(Duration timeout) {
    throw notImplemented();
  }

  /**
   * Another handle to the same keys, to be closed on its own; PyTorch's {@code clone}. Stores of
   * this package can be shared by threads without one.
   */
  default Store duplicate() {
    throw notImplemented();
  }

  /**
   * Gives back what this handle holds. Its waiting threads get an {@link IllegalStateException}.
   * Closing again does nothing.
   */
  @Override
  default void close() {}

  private static UnsupportedOperationException notImplemented() {
    return new UnsupportedOperationException("Not implemented.");
  }

  /** The check every {@link #multiSet} begins with. */
  static void requireSameSize(List<?> keys, List<?> values) {
    if (keys.size() != values.size()) {
      throw new IllegalArgumentException(
          "multiSet keys and values vectors must be of same size: "
              + keys.size()
              + " keys, "
              + values.size()
              + " values");
    }
  }
}
