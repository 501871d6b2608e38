package io.muster.store.internal.keyspace;

import java.util.Arrays;
import java.util.List;
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
  public static final int KEY_OVERHEAD = 104;

  /** The same of one queued item: header, padding, and its place in the queue. */
  public static final int ITEM_OVERHEAD = 48;

  /** The same of one queue, its name apart. */
  public static final int QUEUE_OVERHEAD = 136;

  /** The header and the padding of an array. */
  private static final int ARRAY_OVERHEAD = 16 + 7;

  /** How many bytes are read in about the time it takes to look at one entry. */
  private static final int BYTES_A_STEP = 256;

  /** A number is nearly always shorter, together with white space and zeros before it. */
  private static final int NUMBER_BYTES = 64;

  private static final byte[] EMPTY = {};
  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final Listener listener;
  private final long maxStoredBytes;

  /** Each value is an array of bytes, or an {@link AppendedValue}. */
  private final KeyMap<Object> values = new KeyMap<>();

  private final KeyMap<ItemQueue> queues = new KeyMap<>();
  private long storedBytes;
  private long items;
  private long removedBytes;

  /** Bytes of values that were compared, parsed or copied. */
  private long bytesRead;

  /** What appended values take beyond their bytes. */
  private long unusedBytes;

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
    Object old = put(key, value);
    if (isTooMuch(before)) {
      restore(key, old);
      throw full(key);
    }
    listener.keyChanged(key);
  }

  /** Sets each key to the value in its place, or, if there is no room for all, none. */
  public void setAll(List<byte[]> keys, List<byte[]> newValues) throws StoreFullException {
    long before = storedBytes;
    @Nullable Object[] old = new @Nullable Object[keys.size()];
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

  /** The value at {@code key}, or null. One that was appended to is put together for it. */
  public byte @Nullable [] get(byte[] key) {
    Object value = values.get(key);
    return value == null ? null : bytes(value);
  }

  /** The value at {@code key} as it is kept, an array of bytes or an {@link AppendedValue}. */
  public @Nullable Object value(byte[] key) {
    return values.get(key);
  }

  /** Whether there is a value at {@code key}. */
  public boolean hasValue(byte[] key) {
    return values.get(key) != null;
  }

  /** How long the value at {@code key} is, 0 if there is none. */
  public int valueLength(byte[] key) {
    Object value = values.get(key);
    return value == null ? 0 : length(value);
  }

  /** The bytes of a value as it is kept. */
  public static byte[] bytes(Object value) {
    return value instanceof byte[] array ? array : ((AppendedValue) value).toArray();
  }

  /** How many bytes of the heap a value takes as it is kept, beside the header of an array. */
  public static int heapBytes(Object value) {
    return length(value) + unusedBytes(value);
  }

  private static int length(Object value) {
    return value instanceof byte[] array ? array.length : ((AppendedValue) value).length();
  }

  private static int unusedBytes(Object value) {
    return value instanceof AppendedValue appended ? appended.unusedBytes() : 0;
  }

  /**
   * Replaces {@code expected} by {@code desired}. A missing key equals an empty {@code expected}.
   *
   * @return whether it did
   */
  public boolean compareAndSwap(byte[] key, byte[] expected, byte[] desired)
      throws StoreFullException {
    bytesRead += expected.length;
    if (!isValue(key, expected)) {
      return false;
    }
    set(key, desired);
    return true;
  }

  /** Whether the value at {@code key} is {@code expected}; a missing key equals an empty one. */
  public boolean isValue(byte[] key, byte[] expected) {
    Object current = values.get(key);
    return current == null ? expected.length == 0 : hasBytes(current, expected);
  }

  private static boolean hasBytes(Object value, byte[] bytes) {
    return value instanceof byte[] array
        ? Arrays.equals(array, bytes)
        : ((AppendedValue) value).hasBytes(bytes);
  }

  /**
   * Adds to the counter at {@code key}, which starts at 0 and wraps around at 64 bits.
   *
   * @return the sum
   */
  public long add(byte[] key, long delta) throws NotANumberException, StoreFullException {
    Object current = values.get(key);
    long sum;
    try {
      sum = (current == null ? 0 : Decimal.parse(numberText(current))) + delta;
    } catch (NumberFormatException e) {
      throw new NotANumberException(key, current == null ? EMPTY : bytes(current));
    }
    set(key, Decimal.format(sum));
    return sum;
  }

  /** As much of a value as a number in it takes. */
  private byte[] numberText(Object value) {
    if (value instanceof byte[] array) {
      return array;
    }
    AppendedValue appended = (AppendedValue) value;
    byte[] start = appended.start(NUMBER_BYTES);
    if (!Decimal.mayGoOnAfter(start)) {
      return start;
    }
    bytesRead += appended.length();
    return appended.toArray();
  }

  /**
   * Appends {@code value} to the value of {@code key}. The cost depends on the length of {@code
   * value} only, not on that of the value at the key.
   */
  public void append(byte[] key, byte[] value) throws StoreFullException {
    Object current = values.get(key);
    int length = current == null ? 0 : length(current);
    if (value.length > LONGEST_ARRAY - length) {
      throw new StoreFullException(key, length, LONGEST_ARRAY);
    }
    bytesRead += value.length;
    requireRoom(key, value.length + (current == null ? (long) key.length : 0));
    if (current == null) {
      put(key, value);
    } else if (current instanceof AppendedValue before) {
      share(key, before, before.append(value));
    } else {
      byte[] array = (byte[]) current;
      if (length > 0 && length + value.length > AppendedValue.SHORT) {
        share(key, array, AppendedValue.of(array, value));
      } else {
        put(key, joined(array, value));
      }
    }
    listener.keyChanged(key);
  }

  /** Replaces a value by one that shares its bytes. */
  private void share(byte[] key, Object old, AppendedValue value) {
    values.put(key, value);
    storedBytes += value.length() - length(old);
    unusedBytes += value.unusedBytes() - unusedBytes(old);
  }

  private static byte[] joined(byte[] first, byte[] more) {
    if (first.length == 0) {
      return more;
    }
    byte[] joined = Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, joined, first.length, more.length);
    return joined;
  }

  /** The most bytes by which an append would make {@link #heapBytes} grow. */
  public long mostGrowthByAppend(byte[] key, int bytes) {
    Object value = values.get(key);
    return value == null
        ? KEY_OVERHEAD + (long) key.length + bytes
        : AppendedValue.mostGrowth(length(value), bytes);
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
    Object value = values.remove(key);
    if (value == null) {
      return false;
    }
    storedBytes -= key.length + (long) length(value);
    unusedBytes -= unusedBytes(value);
    removedBytes += KEY_OVERHEAD + key.length + (long) length(value) + unusedBytes(value);
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
  public byte @Nullable [] internedKey(byte[] bytes, int length) {
    byte[] key = values.internedKey(bytes, length);
    return key != null ? key : queues.internedKey(bytes, length);
  }

  /** Puts an item at the end of a queue. */
  public void push(byte[] key, byte[] item) throws StoreFullException {
    long bytes = key.length + (long) item.length;
    requireRoom(key, bytes);
    ItemQueue queue = queues.get(key);
    if (queue == null) {
      queues.put(key, new ItemQueue(item));
    } else {
      queue.add(item);
    }
    storedBytes += bytes;
    items++;
    listener.itemPushed(key);
  }

  /** Takes the item at the head of a queue, or null if it is empty. */
  public byte @Nullable [] pop(byte[] key) {
    ItemQueue queue = queues.get(key);
    if (queue == null) {
      return null;
    }
    byte[] item = queue.first();
    if (queue.size() == 1) {
      queues.remove(key);
    } else {
      queue.removeFirst();
    }
    items--;
    storedBytes -= key.length + (long) item.length;
    removedBytes += ITEM_OVERHEAD + (long) item.length;
    return item;
  }

  /** How many items a queue holds. */
  public int queueLength(byte[] key) {
    ItemQueue queue = queues.get(key);
    return queue == null ? 0 : queue.size();
  }

  /**
   * How much work all calls together have been: entries that were looked at, and bytes of values
   * that were, {@value #BYTES_A_STEP} for one. It only grows.
   */
  public long work() {
    return values.steps() + queues.steps() + bytesRead / BYTES_A_STEP;
  }

  /** The bytes of all keys, values and queued items. */
  public long storedBytes() {
    return storedBytes;
  }

  /** About how many bytes of the heap the keyspace takes: {@link #storedBytes} with overheads. */
  public long heapBytes() {
    return storedBytes
        + unusedBytes
        + (long) KEY_OVERHEAD * values.size()
        + ITEM_OVERHEAD * items
        + (long) QUEUE_OVERHEAD * queues.size();
  }

  /**
   * About how many bytes were ever removed or replaced. It only grows. References to what the
   * keyspace held at some moment keep at most as many bytes from being collected as it has grown by
   * since.
   */
  public long removedBytes() {
    return removedBytes + values.copiedBytes();
  }

  /** Puts a value in the place of the one returned, or null if there was none. */
  private @Nullable Object put(byte[] key, Object value) {
    Object old = values.put(key, value);
    storedBytes += length(value) - (old == null ? -key.length : (long) length(old));
    unusedBytes += unusedBytes(value) - (old == null ? 0 : (long) unusedBytes(old));
    removedBytes += old == null ? 0 : ARRAY_OVERHEAD + (long) length(old) + unusedBytes(old);
    return old;
  }

  /** Undoes {@link #put}, which has returned {@code old}. */
  private void restore(byte[] key, @Nullable Object old) {
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
