package io.muster.store.internal.keyspace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Keys with their values, and queues beside them, as PyTorch's store servers keep them.
 *
 * <p>A queue may share its name with a key; queues are neither counted nor listed. Values are never
 * changed in place: an array given in must not change any more, and one handed out must not be
 * changed. The state follows from the sequence of calls alone. Not thread-safe: one owner at a
 * time.
 */
public final class Keyspace {
  /** Hears of what may release a wait. It must not call back. */
  public interface Listener {
    /** The key was set, or changed. */
    void keyChanged(Key key);

    /** One item was put into the queue. */
    void itemPushed(Key key);
  }

  private static final byte[] EMPTY = {};
  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final Listener listener;
  private final long maxStoredBytes;
  private final Map<Key, byte[]> values = new HashMap<>();
  private final Map<Key, Queue<byte[]>> queues = new HashMap<>();
  private long storedBytes;

  /**
   * An empty keyspace.
   *
   * @param maxStoredBytes the most bytes of keys, values and queued items to hold
   */
  public Keyspace(Listener listener, long maxStoredBytes) {
    this.listener = listener;
    this.maxStoredBytes = maxStoredBytes;
  }

  public void set(Key key, byte[] value) throws StoreFullException {
    put(key, value);
    listener.keyChanged(key);
  }

  /** Sets each key to the value in its place, or, if there is no room for all, none. */
  public void setAll(List<Key> keys, List<byte[]> newValues) throws StoreFullException {
    Map<Key, byte[]> last = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      last.put(keys.get(i), newValues.get(i));
    }
    long more = 0;
    for (Map.Entry<Key, byte[]> entry : last.entrySet()) {
      more += growth(entry.getKey(), entry.getValue());
    }
    if (!last.isEmpty()) {
      requireRoom(keys.get(0), more);
    }
    last.forEach(
        (key, value) -> {
          storedBytes += growth(key, value);
          values.put(key, value);
        });
    last.keySet().forEach(listener::keyChanged);
  }

  /** The value at {@code key}, or null. */
  public byte @Nullable [] get(Key key) {
    return values.get(key);
  }

  /**
   * Replaces {@code expected} by {@code desired}. A missing key equals an empty {@code expected}.
   *
   * @return the value that is at the key now; {@code expected} if there is none
   */
  public byte[] compareSet(Key key, byte[] expected, byte[] desired) throws StoreFullException {
    byte[] current = values.get(key);
    if (current == null && expected.length > 0) {
      return expected;
    }
    if (current != null && !Arrays.equals(current, expected)) {
      return current;
    }
    set(key, desired);
    return desired;
  }

  /**
   * Adds to the counter at {@code key}, which starts at 0 and wraps around at 64 bits.
   *
   * @return the sum
   */
  public long add(Key key, long delta) throws NotANumberException, StoreFullException {
    byte[] current = values.getOrDefault(key, EMPTY);
    long sum;
    try {
      sum = Decimal.parse(current) + delta;
    } catch (NumberFormatException e) {
      throw new NotANumberException(key, current);
    }
    set(key, Decimal.format(sum));
    return sum;
  }

  /** Puts {@code value} behind what is at {@code key}. */
  public void append(Key key, byte[] value) throws StoreFullException {
    byte[] current = values.getOrDefault(key, EMPTY);
    if (value.length > LONGEST_ARRAY - current.length) {
      throw new StoreFullException(key, current.length, LONGEST_ARRAY);
    }
    requireRoom(key, value.length);
    byte[] joined = Arrays.copyOf(current, current.length + value.length);
    System.arraycopy(value, 0, joined, current.length, value.length);
    set(key, joined);
  }

  /**
   * Whether a wait for {@code key} would end at once: it has a value, or is a queue that is not
   * empty.
   */
  public boolean isPresent(Key key) {
    return values.containsKey(key) || queues.containsKey(key);
  }

  /** Removes a key; a queue of that name stays. */
  public boolean delete(Key key) {
    byte[] value = values.remove(key);
    if (value == null) {
      return false;
    }
    storedBytes -= key.bytes().length + (long) value.length;
    return true;
  }

  /** How many keys have a value. */
  public int size() {
    return values.size();
  }

  /** The keys that have a value, in no order. */
  public List<Key> keys() {
    return new ArrayList<>(values.keySet());
  }

  /** Puts an item at the end of a queue. */
  public void push(Key key, byte[] item) throws StoreFullException {
    long bytes = key.bytes().length + (long) item.length;
    requireRoom(key, bytes);
    storedBytes += bytes;
    queues.computeIfAbsent(key, name -> new ArrayDeque<>(2)).add(item);
    listener.itemPushed(key);
  }

  /** Takes the item at the head of a queue, or null if it is empty. */
  public byte @Nullable [] pop(Key key) {
    Queue<byte[]> queue = queues.get(key);
    if (queue == null) {
      return null;
    }
    byte[] item = queue.remove();
    storedBytes -= key.bytes().length + (long) item.length;
    if (queue.isEmpty()) {
      queues.remove(key);
    }
    return item;
  }

  /** How many items a queue holds. */
  public int queueLength(Key key) {
    Queue<byte[]> queue = queues.get(key);
    return queue == null ? 0 : queue.size();
  }

  /** The bytes of all keys, values and queued items. */
  public long storedBytes() {
    return storedBytes;
  }

  private void put(Key key, byte[] value) throws StoreFullException {
    long more = growth(key, value);
    requireRoom(key, more);
    storedBytes += more;
    values.put(key, value);
  }

  private long growth(Key key, byte[] value) {
    byte[] old = values.get(key);
    return value.length - (old == null ? -key.bytes().length : (long) old.length);
  }

  private void requireRoom(Key key, long more) throws StoreFullException {
    if (more > 0 && storedBytes + more > maxStoredBytes) {
      throw new StoreFullException(key, storedBytes, maxStoredBytes);
    }
  }
}
