package io.muster.store.internal.keyspace;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys with their values, queues, and the arrivals at barriers, with the semantics of PyTorch's
 * store servers.
 *
 * <p>A queue may have the same name as a key. Queues are neither counted nor listed. The number of
 * arrivals at a barrier is the value of a key, as decimal text that clients can read. Keys and
 * values are never modified in place: arrays that are passed in or returned must not be modified
 * afterwards. The state depends only on the sequence of calls. No call takes longer because there
 * are more keys. Not thread-safe.
 */
public final class Keyspace {
  /** Receives the changes that may release a waiter. It must not call the keyspace. */
  public interface Listener {
    /** The value of the key was set or changed. */
    void keyChanged(byte[] key);

    /** The key was deleted. */
    default void keyDeleted(byte[] key) {}

    /** All keys and queues were deleted. */
    default void cleared() {}

    /** One item was pushed to the queue. */
    void itemPushed(byte[] key);

    /** All have arrived at the barrier. */
    void barrierCompleted(byte[] key);
  }

  /**
   * An upper bound of the heap bytes of a key and its value in addition to their lengths: headers
   * and padding of both arrays, the entry, and its share of the map's pages.
   */
  public static final int KEY_OVERHEAD = 104;

  /** The same for a queued item: header, padding, and its node in the queue. */
  public static final int ITEM_OVERHEAD = 48;

  /** The same for a queue, without its name. */
  public static final int QUEUE_OVERHEAD = 136;

  /** Header and padding of an array. */
  private static final int ARRAY_OVERHEAD = 16 + 7;

  /** The number of bytes that are read in about the time of visiting one entry. */
  private static final int BYTES_PER_STEP = 256;

  /** A number, with leading white space and zeros, is nearly always shorter than this. */
  private static final int NUMBER_BYTES = 64;

  private static final byte[] EMPTY = {};
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private final Listener listener;
  private long maxStoredBytes;

  /** Each value is a byte array or an {@link AppendedValue}. */
  private final KeyMap<Object> values = new KeyMap<>();

  private final KeyMap<ItemQueue> queues = new KeyMap<>();
  private final ChangeHistory history = new ChangeHistory();
  private long storedBytes;
  private long items;
  private long removedBytes;

  /** The snapshot that is being taken. */
  private @Nullable KeyspaceSnapshot snapshot;

  /** {@link #heapBytes} and {@link #removedBytes()} when it began. */
  private long heapBytesBefore;

  private long removedBytesBefore;

  /** The number of bytes of values that were compared, parsed or copied. */
  private long bytesRead;

  /** The heap bytes of appended values in addition to their lengths. */
  private long unusedBytes;

  /**
   * Creates an empty keyspace.
   *
   * @param maxStoredBytes the maximum number of bytes of keys, values and queued items
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
    history.nextRevision();
    history.add(key, value);
    listener.keyChanged(key);
  }

  /** Sets each key to the value at the same index. Sets none if there is no room for all. */
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
      // Any failure, such as OutOfMemoryError for one more key.
      while (done > 0) {
        done--;
        restore(keys.get(done), old[done]);
      }
      throw e;
    }
    if (keys.isEmpty()) {
      return;
    }
    history.nextRevision();
    for (int i = 0; i < keys.size(); i++) {
      history.add(keys.get(i), newValues.get(i));
    }
    for (byte[] key : keys) {
      listener.keyChanged(key);
    }
  }

  /** Returns the value of {@code key}, or null. An appended value is copied into one array. */
  public byte @Nullable [] get(byte[] key) {
    Object value = values.get(key);
    return value == null ? null : bytes(value);
  }

  /**
   * Returns the value of {@code key} as it is stored, a byte array or an {@link AppendedValue}; or
   * null.
   */
  public @Nullable Object value(byte[] key) {
    return values.get(key);
  }

  /** Whether {@code key} has a value. */
  public boolean hasValue(byte[] key) {
    return values.get(key) != null;
  }

  /** The length of the value of {@code key}; 0 if it has none. */
  public int valueLength(byte[] key) {
    Object value = values.get(key);
    return value == null ? 0 : length(value);
  }

  /** The bytes of a stored value. */
  public static byte[] bytes(Object value) {
    return value instanceof byte[] array ? array : ((AppendedValue) value).toArray();
  }

  /** The heap bytes of a stored value, without the header of an array. */
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
   * Replaces {@code expected} by {@code desired}. A missing key matches an empty {@code expected}.
   *
   * @return whether the value was replaced
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

  /** Whether the value of {@code key} is {@code expected}. A missing key matches an empty one. */
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
   * Adds to the counter at {@code key}. A missing counter is 0. The sum wraps around at 64 bits.
   *
   * @return the sum
   */
  public long add(byte[] key, long delta) throws NotANumberException, StoreFullException {
    long sum = sum(key, delta);
    set(key, Decimal.format(sum));
    return sum;
  }

  private long sum(byte[] key, long delta) throws NotANumberException {
    Object current = values.get(key);
    try {
      return (current == null ? 0 : Decimal.parse(numberText(current))) + delta;
    } catch (NumberFormatException e) {
      throw new NotANumberException(key, current == null ? EMPTY : bytes(current));
    }
  }

  /** Returns as many bytes of a value as are needed to parse a number. */
  private byte[] numberText(Object value) {
    if (value instanceof byte[] array) {
      return array;
    }
    AppendedValue appended = (AppendedValue) value;
    byte[] start = appended.start(NUMBER_BYTES);
    if (!Decimal.mayContinueAfter(start)) {
      return start;
    }
    bytesRead += appended.length();
    return appended.toArray();
  }

  /**
   * Appends {@code value} to the value of {@code key}. The cost depends only on the length of
   * {@code value}, not on the length of the current value.
   */
  public void append(byte[] key, byte[] value) throws StoreFullException {
    Object current = values.get(key);
    int length = current == null ? 0 : length(current);
    if (value.length > MAX_ARRAY - length) {
      throw new StoreFullException(key, length, MAX_ARRAY);
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
    history.nextRevision();
    if (history.isKept()) {
      history.add(key, values.get(key));
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

  /** The maximum number of bytes by which an append would increase {@link #heapBytes}. */
  public long mostGrowthByAppend(byte[] key, int bytes) {
    Object value = values.get(key);
    return value == null
        ? KEY_OVERHEAD + (long) key.length + bytes
        : AppendedValue.mostGrowth(length(value), bytes);
  }

  /** Whether a wait for {@code key} would end at once: it has a value, or is a queue with items. */
  public boolean isPresent(byte[] key) {
    return values.get(key) != null || queues.get(key) != null;
  }

  /** Deletes a key, but not a queue with the same name. Returns whether the key existed. */
  public boolean delete(byte[] key) {
    if (!remove(key)) {
      return false;
    }
    history.nextRevision();
    history.add(key, null);
    listener.keyDeleted(key);
    return true;
  }

  private boolean remove(byte[] key) {
    Object value = values.remove(key);
    if (value == null) {
      return false;
    }
    storedBytes -= key.length + (long) length(value);
    unusedBytes -= unusedBytes(value);
    removedBytes += KEY_OVERHEAD + key.length + (long) length(value) + unusedBytes(value);
    return true;
  }

  /**
   * Deletes all keys and queues. It takes the same time however many there are. Waiters go on
   * waiting, except those for changes.
   */
  public void clear() {
    if (values.size() == 0 && queues.size() == 0) {
      return;
    }
    long heapBytes = heapBytes();
    values.clear();
    queues.clear();
    removedBytes += heapBytes;
    storedBytes = 0;
    unusedBytes = 0;
    items = 0;
    history.nextRevision();
    history.addClear();
    listener.cleared();
  }

  /** The number of keys that have a value. */
  public int size() {
    return values.size();
  }

  /**
   * Returns a snapshot of the keys that have a value, in no particular order, which any thread may
   * read.
   */
  public List<byte[]> keys() {
    return values.keys();
  }

  /**
   * Returns the stored array of the key, or of the queue with items, that equals the first {@code
   * length} bytes of {@code bytes}; or null.
   */
  public byte @Nullable [] internedKey(byte[] bytes, int length) {
    byte[] key = values.internedKey(bytes, length);
    return key != null ? key : queues.internedKey(bytes, length);
  }

  /** Appends an item to a queue. */
  public void push(byte[] key, byte[] item) throws StoreFullException {
    long bytes = key.length + (long) item.length;
    requireRoom(key, bytes);
    ItemQueue queue = queues.get(key);
    addItem(key, queue, item);
    storedBytes += bytes;
    items++;
    history.nextRevision();
    listener.itemPushed(key);
  }

  private void addItem(byte[] key, @Nullable ItemQueue queue, byte[] item) {
    if (queue == null) {
      queues.put(key, new ItemQueue(item));
    } else {
      queues.beforeChange(key);
      queue.add(item);
    }
  }

  /** Removes and returns the first item of a queue; null if it is empty. */
  public byte @Nullable [] pop(byte[] key) {
    ItemQueue queue = queues.get(key);
    if (queue == null) {
      return null;
    }
    byte[] item = queue.first();
    if (queue.size() == 1) {
      queues.remove(key);
    } else {
      queues.beforeChange(key);
      queue.removeFirst();
    }
    items--;
    storedBytes -= key.length + (long) item.length;
    removedBytes += ITEM_OVERHEAD + (long) item.length;
    history.nextRevision();
    return item;
  }

  /** The number of items of a queue. */
  public int queueLength(byte[] key) {
    ItemQueue queue = queues.get(key);
    return queue == null ? 0 : queue.size();
  }

  /**
   * Begins a snapshot of the keys, values and queues.
   *
   * @throws IllegalStateException if another snapshot is being taken
   */
  public KeyspaceSnapshot snapshot() {
    KeyspaceSnapshot begun =
        new KeyspaceSnapshot(history.revision(), values, queues, this::snapshotEnded);
    snapshot = begun;
    heapBytesBefore = heapBytes();
    removedBytesBefore = removedBytes();
    return begun;
  }

  private void snapshotEnded(KeyspaceSnapshot ended) {
    if (snapshot == ended) {
      snapshot = null;
    }
  }

  /**
   * An upper bound of the heap bytes of what was removed or replaced and the snapshot that is being
   * taken still refers to. 0 if none is being taken.
   */
  public long snapshotBytes() {
    return snapshot == null ? 0 : Math.min(heapBytesBefore, removedBytes() - removedBytesBefore);
  }

  /** Changes the maximum number of bytes of keys, values and queued items. */
  public void limit(long newMaxStoredBytes) {
    maxStoredBytes = newMaxStoredBytes;
  }

  /** Sets a key as a snapshot has it, whatever the limit of this keyspace is. */
  public void load(byte[] key, byte[] value) {
    Object unusedOld = put(key, value);
  }

  /** Continues at the revision of a snapshot. The changes that led to it are not known. */
  public void loadRevision(long revision) {
    history.continueAt(revision);
  }

  /** Appends an item to a queue as a snapshot has it, whatever the limit of this keyspace is. */
  public void loadItem(byte[] key, byte[] item) {
    addItem(key, queues.get(key), item);
    storedBytes += key.length + (long) item.length;
    items++;
  }

  /**
   * Counts an arrival at a barrier.
   *
   * @return whether it was the last of {@code worldSize}, or came after it
   */
  public boolean arrive(byte[] key, long worldSize) throws NotANumberException, StoreFullException {
    boolean complete = add(key, 1) >= worldSize;
    if (complete) {
      listener.barrierCompleted(key);
    }
    return complete;
  }

  /** Withdraws an arrival at a barrier. */
  public void leave(byte[] key) {
    if (!hasValue(key)) {
      return;
    }
    try {
      long left = sum(key, -1);
      if (left <= 0) {
        boolean unusedDeleted = delete(key);
      } else {
        set(key, Decimal.format(left));
      }
    } catch (NotANumberException | StoreFullException e) {
      // A client has stored something other than a count at the key.
      return;
    }
  }

  /**
   * The work of all calls together: the number of visited entries, plus one per {@value
   * #BYTES_PER_STEP} bytes of values that were read. It only grows.
   */
  public long work() {
    return values.steps() + queues.steps() + history.steps() + bytesRead / BYTES_PER_STEP;
  }

  /** The revision of the keyspace, and its latest changes if they are kept. */
  public ChangeHistory history() {
    return history;
  }

  /** The bytes of all keys, values and queued items. */
  public long storedBytes() {
    return storedBytes;
  }

  /** The approximate heap bytes of the keyspace: {@link #storedBytes} plus overheads. */
  public long heapBytes() {
    return storedBytes
        + unusedBytes
        + (long) KEY_OVERHEAD * values.size()
        + ITEM_OVERHEAD * items
        + (long) QUEUE_OVERHEAD * queues.size();
  }

  /**
   * The approximate number of bytes that were ever removed or replaced. It only grows. References
   * to the contents at an earlier time keep at most the growth since then from being collected.
   */
  public long removedBytes() {
    return removedBytes + values.copiedBytes();
  }

  /** Sets the value of a key, and returns the previous value, or null if there was none. */
  private @Nullable Object put(byte[] key, Object value) {
    Object old = values.put(key, value);
    storedBytes += length(value) - (old == null ? -key.length : (long) length(old));
    unusedBytes += unusedBytes(value) - (old == null ? 0 : (long) unusedBytes(old));
    removedBytes += old == null ? 0 : ARRAY_OVERHEAD + (long) length(old) + unusedBytes(old);
    return old;
  }

  /** Reverts a {@link #put} that returned {@code old}. */
  private void restore(byte[] key, @Nullable Object old) {
    if (old == null) {
      boolean unusedRemoved = remove(key);
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
