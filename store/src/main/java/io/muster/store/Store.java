package io.muster.store;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A map from string keys to bytes that the processes of a job share; PyTorch's {@code
 * torch.distributed.Store}.
 *
 * <pre>{@code
 * try (Store store = new HashStore()) {
 *   store.set("rank/0", "10.0.0.1:7000");
 *   store.add("arrived", 1);
 *   store.await(Duration.ofSeconds(30), "rank/0", "arrived");
 *   String address = store.getString("rank/0");
 * }
 * }</pre>
 *
 * <p><b>Blocking.</b> {@link #get}, {@link #multiGet}, {@link #await}, {@link #barrier} and a
 * blocking {@link #queuePop} wait until another process has done its part. All other methods return
 * without waiting for other processes. A wait lasts at most {@link #timeout}, or the duration that
 * is passed to the call. Durations have at least millisecond resolution. A duration of zero means
 * that the call does not wait: if a key is missing now, the call times out at once. {@link
 * #FOREVER} means no limit. A negative duration is an {@link IllegalArgumentException}. These rules
 * hold for every store of this package; PyTorch's stores differ from each other.
 *
 * <p><b>Threads.</b> The stores of this package are thread-safe, and a waiting thread never blocks
 * the operations of another thread on the same object. {@link Thread#interrupt} ends a wait with
 * {@link StoreInterruptedException}, with the interrupt flag set again. The store stays usable.
 *
 * <p><b>Bytes.</b> A store copies or sends each array before the method returns, so callers keep
 * ownership of the arrays that they pass. Callers own the arrays that a store returns. Text
 * overloads use UTF-8. Keys are UTF-8 text; {@link KeyText} defines how a key that is not valid
 * UTF-8 appears as text, and converts keys to bytes and back.
 *
 * <p><b>Implementations.</b> Implement {@link #set}, {@link #get}, {@link #add} and {@link
 * #compareSet}, and any other method that the store supports. {@link #find}, {@link
 * #compareAndSet}, {@link #append}, {@link #multiGet}, {@link #multiSet} and {@link #barrier} have
 * default implementations based on these. The other methods throw {@link
 * UnsupportedOperationException} with the message {@code Not implemented.}
 *
 * <p>In addition to the exceptions named below, a store over a network throws {@link
 * NetworkException} from any method once its connection is lost, and a closed store throws {@link
 * IllegalStateException}. A null argument, or a list that contains null, is a {@link
 * NullPointerException} that names the argument.
 */
public interface Store extends AutoCloseable {
  /** The timeout of a store that was created without one: 5 minutes, as in PyTorch. */
  Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);

  /** A timeout without limit. */
  Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

  /** Sets the value of a key and wakes the threads and processes that wait for it. */
  void set(String key, byte[] value);

  /** Sets the value of a key to UTF-8 text. */
  default void set(String key, String value) {
    set(key, Arguments.utf8(value, "value"));
  }

  /**
   * Returns the value of a key, and waits until the key is set.
   *
   * @return the value; the caller owns the array
   * @throws StoreTimeoutException if the key is still missing after {@link #timeout}
   */
  byte[] get(String key);

  /** {@link #get}, with the value decoded as UTF-8. */
  default String getString(String key) {
    return new String(get(key), StandardCharsets.UTF_8);
  }

  /**
   * Returns the value of a key, or empty if the key is missing. Does not wait for the key. A queue
   * is not a value. PyTorch has no such operation.
   *
   * <p>The default implementation is {@link #check} and then {@link #get}. If the name is only a
   * queue, or the key is deleted between the two, it blocks for up to {@link #timeout} and returns
   * empty. The stores of this package override it with a single operation.
   *
   * @return the value, or empty; the caller owns the array
   */
  default Optional<byte[]> find(String key) {
    if (!check(List.of(requireNonNull(key, "key")))) {
      return Optional.empty();
    }
    try {
      return Optional.of(get(key));
    } catch (StoreTimeoutException e) {
      return Optional.empty();
    }
  }

  /** {@link #find}, with the value decoded as UTF-8. */
  default Optional<String> findString(String key) {
    return find(key).map(value -> new String(value, StandardCharsets.UTF_8));
  }

  /**
   * Adds {@code delta} to the counter at {@code key} and wakes the waiters of the key. A missing
   * counter is 0. The counter is stored as decimal text. Existing text is parsed as C's {@code
   * strtoll} parses it: leading white space and any characters after the digits are ignored, and an
   * empty value is 0. The sum wraps around at 64 bits.
   *
   * @return the sum
   * @throws StoreException if the value at {@code key} does not begin with a 64-bit number; the
   *     value is unchanged
   */
  long add(String key, long delta);

  /**
   * Replaces the value of a key if it equals {@code expected}. A missing key matches only an empty
   * {@code expected}.
   *
   * @return {@code desired} if it was stored; otherwise the current value, or {@code expected} if
   *     the key is missing
   */
  byte[] compareSet(String key, byte[] expected, byte[] desired);

  /** {@link #compareSet(String, byte[], byte[])} with UTF-8 text. */
  default String compareSet(String key, String expected, String desired) {
    byte[] result =
        compareSet(key, Arguments.utf8(expected, "expected"), Arguments.utf8(desired, "desired"));
    return new String(result, StandardCharsets.UTF_8);
  }

  /**
   * Works like {@link #compareSet(String, byte[], byte[])} and also returns whether this call
   * replaced the value. {@code compareSet} returns {@code desired} both to the caller that replaced
   * the value and to a caller that found {@code desired} there already. PyTorch has no such
   * operation.
   *
   * <p>Blocks at most for {@link #timeout}. The stores of this package support it; {@link TcpStore}
   * supports it with Muster's servers only.
   *
   * @return whether the value was replaced, and the value after the call; the caller owns the array
   * @throws UnsupportedOperationException if the store does not support it; the value is unchanged
   */
  default SwapResult compareAndSwap(String key, byte[] expected, byte[] desired) {
    throw notImplemented();
  }

  /** {@link #compareAndSwap(String, byte[], byte[])} with UTF-8 text. */
  default SwapResult compareAndSwap(String key, String expected, String desired) {
    return compareAndSwap(
        key, Arguments.utf8(expected, "expected"), Arguments.utf8(desired, "desired"));
  }

  /**
   * Replaces the value of a key if it equals {@code expected}, and returns whether it did. A
   * missing key matches only an empty {@code expected}.
   *
   * <p>With a store that supports {@link #compareAndSwap}, true means that this call replaced the
   * value, and of several callers with the same arguments exactly one gets true. Any other store
   * uses {@link #compareSet(String, byte[], byte[])}, as {@link TcpStore} does with PyTorch's
   * servers. There, true means only that the key now holds {@code desired}: another caller may have
   * set it. A lock needs a {@code desired} that no other caller uses.
   *
   * @throws UnsupportedOperationException if the store supports neither {@code compareAndSwap} nor
   *     {@link #check}, and {@code expected} and {@code desired} are equal and not empty
   */
  default boolean compareAndSet(String key, byte[] expected, byte[] desired) {
    SwapResult result;
    try {
      result = compareAndSwap(key, expected, desired);
    } catch (UnsupportedOperationException e) {
      return compareSetHolds(key, expected, desired);
    }
    return result.swapped();
  }

  /** {@link #compareAndSet(String, byte[], byte[])} with UTF-8 text. */
  default boolean compareAndSet(String key, String expected, String desired) {
    return compareAndSet(
        key, Arguments.utf8(expected, "expected"), Arguments.utf8(desired, "desired"));
  }

  private boolean compareSetHolds(String key, byte[] expected, byte[] desired) {
    if (!Arrays.equals(compareSet(key, expected, desired), desired)) {
      return false;
    }
    // For a missing key that does not match, compareSet returns `expected`.
    boolean mayBeMissing = expected.length > 0 && Arrays.equals(expected, desired);
    return !mayBeMissing || check(List.of(key));
  }

  /**
   * Returns whether each of the keys is set or is a queue with items; true if there are no keys.
   */
  default boolean check(List<String> keys) {
    throw notImplemented();
  }

  /** {@link #check(List)}. */
  default boolean check(String... keys) {
    return check(Arguments.list(keys, "keys"));
  }

  /**
   * Waits until each of the keys has been set; PyTorch's {@code wait}. A queue with items counts as
   * a key that is set.
   *
   * @throws StoreTimeoutException if keys are still missing after {@code timeout}; it names them
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
   * Deletes a key. A queue with the same name is kept.
   *
   * @return whether the key existed
   */
  default boolean deleteKey(String key) {
    throw notImplemented();
  }

  /**
   * Returns the number of keys, including the store's own bookkeeping keys. Queues do not count.
   */
  default long numKeys() {
    throw notImplemented();
  }

  /** Returns the keys in no particular order, without bookkeeping keys and queues. */
  default List<String> listKeys() {
    throw notImplemented();
  }

  /**
   * Watches the keys that begin with {@code prefix}: the watcher returns each change that happens
   * after this call. With an empty prefix it watches all keys. PyTorch has no such operation.
   * {@link HashStore} supports it, {@link TcpStore} with Muster's servers only, and {@link
   * FileStore} does not.
   *
   * <p>Blocks at most for {@link #timeout}.
   *
   * @return a watcher, which the caller closes
   * @throws UnsupportedOperationException if the store does not support it
   */
  default Watcher watch(String prefix) {
    requireNonNull(prefix, "prefix");
    throw notImplemented();
  }

  /**
   * Works like {@link #watch(String)} and begins with the first change after a revision that an
   * earlier watcher returned.
   *
   * @throws UnsupportedOperationException if the store does not support it
   * @throws IllegalArgumentException if {@code revision} is negative
   */
  default Watcher watch(String prefix, long revision) {
    requireNonNull(prefix, "prefix");
    throw notImplemented();
  }

  /**
   * Returns whether {@link #append}, {@link #multiGet} and {@link #multiSet} are single operations
   * of the store, rather than the default implementations of this interface.
   */
  default boolean hasExtendedApi() {
    return false;
  }

  /**
   * Appends {@code value} to the value of a key, or sets the key if it is missing, and wakes the
   * waiters of the key.
   *
   * <p>The default implementation is a loop of {@link #compareSet}. Since {@code compareSet} does
   * not return whether it swapped, two processes that append equal bytes at the same moment may
   * leave only one copy. The stores of this package override it.
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
      // For a key that was deleted in the meantime, compareSet returns `expected`.
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

  /** {@link #append(String, byte[])} with UTF-8 text. */
  default void append(String key, String value) {
    append(key, Arguments.utf8(value, "value"));
  }

  /**
   * Returns the values of all keys, in the order of the keys, and waits until all are set.
   *
   * @return the values; the caller owns the arrays
   * @throws StoreTimeoutException if keys are still missing after {@link #timeout}; it names them
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
   * Sets each key to the value at the same index of the other list.
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
   * Appends an item to a queue and wakes one waiter of the queue. Queues and keys are separate:
   * they may have the same name, {@link #deleteKey} leaves queues alone, and {@link #numKeys} and
   * {@link #listKeys} leave them out.
   */
  default void queuePush(String key, byte[] item) {
    throw notImplemented();
  }

  /** {@link #queuePush(String, byte[])} with UTF-8 text. */
  default void queuePush(String key, String item) {
    queuePush(key, Arguments.utf8(item, "item"));
  }

  /**
   * Removes and returns the first item of a queue.
   *
   * @param block whether to wait for an item
   * @return the item; the caller owns the array
   * @throws QueueEmptyException if the queue is empty and {@code block} is false
   * @throws StoreTimeoutException if {@code block} is true and the queue is still empty after
   *     {@link #timeout}
   */
  default byte[] queuePop(String key, boolean block) {
    throw notImplemented();
  }

  /** {@link #queuePop(String, boolean)} that waits for an item. */
  default byte[] queuePop(String key) {
    return queuePop(key, true);
  }

  /** Returns the number of items of a queue; 0 if it has never been pushed to. */
  default long queueLen(String key) {
    throw notImplemented();
  }

  /**
   * Waits until {@code worldSize} callers have arrived at the barrier {@code key}. A caller that
   * times out or is interrupted no longer counts. A barrier can be used once: later calls return at
   * once. With a world size of 1 or less the call does not wait.
   *
   * <p>The default implementation counts at {@code key/num_members} and waits for {@code
   * key/last_member}, as PyTorch's does.
   *
   * @throws StoreTimeoutException if fewer have arrived after {@code timeout}; the message names
   *     the key without any prefix
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

  /**
   * Returns how long a call may wait unless it is passed a timeout; initially {@link
   * #DEFAULT_TIMEOUT}.
   */
  default Duration timeout() {
    return DEFAULT_TIMEOUT;
  }

  /**
   * Changes {@link #timeout} for waits that begin after this call.
   *
   * @throws IllegalArgumentException if {@code timeout} is negative
   */
  default void setTimeout(Duration timeout) {
    throw notImplemented();
  }

  /**
   * Returns another handle to the same keys, which is closed separately; PyTorch's {@code clone}.
   * Threads can share a store of this package without it.
   */
  default Store duplicate() {
    throw notImplemented();
  }

  /**
   * Releases the resources of this handle. Its waiting threads get an {@link
   * IllegalStateException}. Closing again has no effect.
   */
  @Override
  default void close() {}

  private static UnsupportedOperationException notImplemented() {
    return new UnsupportedOperationException("Not implemented.");
  }

  /** Throws if the lists of a {@link #multiSet} differ in size. */
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
