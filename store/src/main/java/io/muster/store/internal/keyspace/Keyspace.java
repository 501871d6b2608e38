package io.muster.store.internal.keyspace;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Keys with their values, and queues beside them, as PyTorch's store servers keep them.
 *
 * <p>A queue may share its name with a key; queues are neither counted nor listed. Keys and values
 * are never changed in place: an array given in must not change any more, and one handed out must
 * not be changed. The state follows from the sequence of calls alone. No call costs more for the
 * number of keys there are. Not thread-safe: one owner at a time.
 */
public final class Keyspace {
  /** Hears of what may release a wait. It must not call back. */
  public interface Listener {
    /** The key was set, or changed. */
    void keyChanged(byte[] key);

    /** One item was put into the queue. */
    void itemPushed(byte[] key);
  }

  /**
   * Heap bytes of one key with its value beside their lengths, at most: the headers and the padding
   * of both arrays, the entry, and its places in the map's pages.
   */
  public static final int KEY_OVERHEAD = 96;

  /** The same of one queued item: header, padding, and its place in a queue that has just grown. */
  public static final int ITEM_OVERHEAD = 40;

  /** The same of one queue, its name apart. */
  public static final int QUEUE_OVERHEAD = 136;

  private static final byte[] EMPTY = {};
  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final Listener listener;
  private final long maxStoredBytes;
  private final KeyMap<byte[]> values = new KeyMap<>();
  private final KeyMap<Queue<byte[]>> queues = new KeyMap<>();
  private long storedBytes;
  private long items;

  /**
   * An empty keyspace.
   *
   * @param maxStoredBytes the most bytes of keys, values and queued items to hold
   */
  public Keyspace(Listener listener, long maxStoredBytes) {
    this.listener = listener;
    this.maxStoredBytes = maxStoredBytes;
  }

  public void set(byte[] key, byte[] value) throws StoreFullException {
    long before = storedBytes;
    byte[] old = put(key, value);
    if (isTooMuch(before)) {
      restore(key, old);
      throw full(key);
    }
    listener.keyChanged(key);
  }

  /** Sets each key to the value in its place, or, if there is no room for all, none. */
  public void setAll(List<byte[]> keys, List<byte[]> newValues) throws StoreFullException {
    long before = storedBytes;
    byte[] @Nullable [] old = new byte[keys.size()] @Nullable [];
    int done = 0;
    try {
      for (; done < old.length; done++) {
        old[done] = put(keys.get(done), newValues.get(done));
      }
      if (isTooMuch(before)) {
        throw full(keys.get(0));
      }
    } catch (Throwable e) {
      // Whatever it is, such as no memory for one more key.
      while (done > 0) {
        done--;
        restore(keys.get(done), old[done]);
      }
      throw e;
    }
    for (byte[] key : keys) {
      listener.keyChanged(key);
    }
  }

  /** The value at {@code key}, or null. */
  public byte @Nullable [] get(byte[] key) {
    return values.get(key);
  }

  /**
   * Replaces {@code expected} by {@code desired}. A missing key equals an empty {@code expected}.
   *
   * @return the value that is at the key now; {@code expected} if there is none
   */
  public byte[] compareSet(byte[] key, byte[] expected, byte[] desired) throws StoreFullException {
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
  public long add(byte[] key, long delta) throws NotANumberException, StoreFullException {
    byte[] current = valueOrEmpty(key);
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
  public void append(byte[] key, byte[] value) throws StoreFullException {
    byte[] current = valueOrEmpty(key);
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
  public boolean isPresent(byte[] key) {
    return values.get(key) != null || queues.get(key) != null;
  }

  /** Removes a key; a queue of that name stays. */
  public boolean delete(byte[] key) {
    byte[] value = values.remove(key);
    if (value == null) {
      return false;
    }
    storedBytes -= key.length + (long) value.length;
    return true;
  }

  /** How many keys have a value. */
  public int size() {
    return values.size();
  }

  /**
   * The keys that have a value now, in no order. The list stays as it is, and may be read by any
   * thread.
   */
  public List<byte[]> keys() {
    return values.keys();
  }

  /**
   * The array kept for the key, or the queue that is not empty, whose name is the first {@code
   * length} bytes of another, or null.
   */
  public byte @Nullable [] keptKey(byte[] bytes, int length) {
    byte[] key = values.keptKey(bytes, length);
    return key != null ? key : queues.keptKey(bytes, length);
  }

  /** Puts an item at the end of a queue. */
  public void push(byte[] key, byte[] item) throws StoreFullException {
    long bytes = key.length + (long) item.length;
    requireRoom(key, bytes);
    Queue<byte[]> queue = queues.get(key);
    if (queue == null) {
      queue = new ArrayDeque<>(2);
      queue.add(item);
      queues.put(key, queue);
    } else {
      queue.add(item);
    }
    storedBytes += bytes;
    items++;
    listener.itemPushed(key);
  }

  /** Takes the item at the head of a queue, or null if it is empty. */
  public byte @Nullable [] pop(byte[] key) {
    Queue<byte[]> queue = queues.get(key);
    if (queue == null) {
      return null;
    }
    byte[] item = queue.remove();
    items--;
    storedBytes -= key.length + (long) item.length;
    if (queue.isEmpty()) {
      queues.remove(key);
    }
    return item;
  }

  /** How many items a queue holds. */
  public int queueLength(byte[] key) {
    Queue<byte[]> queue = queues.get(key);
    return queue == null ? 0 : queue.size();
  }

  /** The bytes of all keys, values and queued items. */
  public long storedBytes() {
    return storedBytes;
  }

  /** About how many bytes of the heap the keyspace takes: {@link #storedBytes} with overheads. */
  public long heapBytes() {
    return storedBytes
        + (long) KEY_OVERHEAD * values.size()
        + ITEM_OVERHEAD * items
        + (long) QUEUE_OVERHEAD * queues.size();
  }

  private byte[] valueOrEmpty(byte[] key) {
    byte[] value = values.get(key);
    return value == null ? EMPTY : value;
  }

  /** Puts a value in the place of the one returned, or null if there was none. */
  private byte @Nullable [] put(byte[] key, byte[] value) {
    byte[] old = values.put(key, value);
    storedBytes += value.length - (old == null ? -key.length : (long) old.length);
    return old;
  }

  /** Undoes {@link #put}, which has returned {@code old}. */
  private void restore(byte[] key, byte @Nullable [] old) {
    if (old == null) {
      delete(key);
    } else {
      put(key, old);
    }
  }

  private boolean isTooMuch(long before) {
    return storedBytes > maxStoredBytes && storedBytes > before;
  }

  private void requireRoom(byte[] key, long more) throws StoreFullException {
    if (more > 0 && storedBytes + more > maxStoredBytes) {
      throw full(key);
    }
  }

  private StoreFullException full(byte[] key) {
    return new StoreFullException(key, storedBytes, maxStoredBytes);
  }
}
