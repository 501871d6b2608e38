package io.muster.store.internal.keyspace;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of a {@link Keyspace} as a value, which after {@link #applyTo} holds its result. What a
 * command does depends only on the command and the keyspace, so keyspaces that apply the same
 * commands in the same order are equal. Arrays and lists that are passed in must not be modified
 * afterwards. Not thread-safe.
 */
public abstract sealed class Command {
  /**
   * The bytes that an array adds to each copy of a command, beside its own: a header and a
   * reference on the heap, and a length in each copy of the log. A mean.
   */
  private static final int ARRAY_OVERHEAD = 12;

  private @Nullable Exception failure;

  private Command() {}

  abstract void apply(Keyspace keyspace) throws NotANumberException, StoreFullException;

  /**
   * Applies this command. If it {@linkplain #failure fails}, nothing has changed. Waiters are
   * released before it returns.
   */
  public final void applyTo(Keyspace keyspace) {
    try {
      apply(keyspace);
    } catch (NotANumberException | StoreFullException e) {
      failure = e;
    }
  }

  /** The command has not been applied and never will be. */
  public final void fail(Exception reason) {
    failure = reason;
  }

  /** The bytes of its keys and values, and an overhead per array if there can be many. */
  public abstract long bytes();

  /** Why the command has changed nothing; null if it did not fail. */
  public final @Nullable Exception failure() {
    return failure;
  }

  /** Sets a key. */
  public static final class Set extends Command {
    private final byte[] key;
    private final byte[] value;

    public Set(byte[] key, byte[] value) {
      this.key = key;
      this.value = value;
    }

    @Override
    public long bytes() {
      return (long) key.length + value.length;
    }

    @Override
    void apply(Keyspace keyspace) throws StoreFullException {
      keyspace.set(key, value);
    }

    public byte[] key() {
      return key;
    }

    public byte[] value() {
      return value;
    }
  }

  /** Sets a key if it has the expected value. */
  public static final class CompareSet extends Command {
    private final byte[] key;
    private final byte[] expected;
    private final byte[] desired;
    private boolean swapped;

    public CompareSet(byte[] key, byte[] expected, byte[] desired) {
      this.key = key;
      this.expected = expected;
      this.desired = desired;
    }

    @Override
    public long bytes() {
      return (long) key.length + expected.length + desired.length;
    }

    @Override
    void apply(Keyspace keyspace) throws StoreFullException {
      swapped = keyspace.compareAndSwap(key, expected, desired);
    }

    public byte[] key() {
      return key;
    }

    public byte[] expected() {
      return expected;
    }

    public byte[] desired() {
      return desired;
    }

    /** Whether the key was set. */
    public boolean hasSwapped() {
      return swapped;
    }
  }

  /** Adds to a counter. */
  public static final class Add extends Command {
    private final byte[] key;
    private final long delta;
    private long sum;

    public Add(byte[] key, long delta) {
      this.key = key;
      this.delta = delta;
    }

    @Override
    public long bytes() {
      return key.length;
    }

    @Override
    void apply(Keyspace keyspace) throws NotANumberException, StoreFullException {
      sum = keyspace.add(key, delta);
    }

    public byte[] key() {
      return key;
    }

    public long delta() {
      return delta;
    }

    public long sum() {
      return sum;
    }
  }

  /** Appends to the value of a key. */
  public static final class Append extends Command {
    private final byte[] key;
    private final byte[] value;

    public Append(byte[] key, byte[] value) {
      this.key = key;
      this.value = value;
    }

    @Override
    public long bytes() {
      return (long) key.length + value.length;
    }

    @Override
    void apply(Keyspace keyspace) throws StoreFullException {
      keyspace.append(key, value);
    }

    public byte[] key() {
      return key;
    }

    public byte[] value() {
      return value;
    }
  }

  /** Sets each key to the value at the same index, or none if there is no room for all. */
  public static final class SetAll extends Command {
    private final List<byte[]> keys;
    private final List<byte[]> values;

    public SetAll(List<byte[]> keys, List<byte[]> values) {
      this.keys = keys;
      this.values = values;
    }

    @Override
    public long bytes() {
      long bytes = 0;
      for (int i = 0; i < keys.size(); i++) {
        bytes += (long) keys.get(i).length + values.get(i).length + 2 * ARRAY_OVERHEAD;
      }
      return bytes;
    }

    @Override
    void apply(Keyspace keyspace) throws StoreFullException {
      keyspace.setAll(keys, values);
    }

    public List<byte[]> keys() {
      return keys;
    }

    public List<byte[]> values() {
      return values;
    }
  }

  /** Deletes a key. */
  public static final class Delete extends Command {
    private final byte[] key;
    private boolean existed;

    public Delete(byte[] key) {
      this.key = key;
    }

    @Override
    public long bytes() {
      return key.length;
    }

    @Override
    void apply(Keyspace keyspace) {
      existed = keyspace.delete(key);
    }

    public byte[] key() {
      return key;
    }

    public boolean existed() {
      return existed;
    }
  }

  /** Appends an item to a queue. */
  public static final class Push extends Command {
    private final byte[] key;
    private final byte[] item;

    public Push(byte[] key, byte[] item) {
      this.key = key;
      this.item = item;
    }

    @Override
    public long bytes() {
      return (long) key.length + item.length;
    }

    @Override
    void apply(Keyspace keyspace) throws StoreFullException {
      keyspace.push(key, item);
    }

    public byte[] key() {
      return key;
    }

    public byte[] item() {
      return item;
    }
  }

  /** Removes the first item of a queue. */
  public static final class Pop extends Command {
    private final byte[] key;
    private int lengthBefore;
    private long removedBefore;
    private byte @Nullable [] item;

    public Pop(byte[] key) {
      this.key = key;
    }

    @Override
    public long bytes() {
      return key.length;
    }

    @Override
    void apply(Keyspace keyspace) {
      lengthBefore = keyspace.queueLength(key);
      removedBefore = keyspace.removedBytes();
      item = keyspace.pop(key);
    }

    public byte[] key() {
      return key;
    }

    /** The length of the queue before the item was removed. */
    public int lengthBefore() {
      return lengthBefore;
    }

    /** {@link Keyspace#removedBytes} before the item was removed. */
    public long removedBefore() {
      return removedBefore;
    }

    /** The removed item; null if the queue was empty. */
    public byte @Nullable [] item() {
      return item;
    }
  }

  /** Counts an arrival at a barrier. */
  public static final class Arrive extends Command {
    private final byte[] barrier;
    private final long worldSize;
    private boolean complete;

    public Arrive(byte[] barrier, long worldSize) {
      this.barrier = barrier;
      this.worldSize = worldSize;
    }

    @Override
    public long bytes() {
      return barrier.length;
    }

    @Override
    void apply(Keyspace keyspace) throws NotANumberException, StoreFullException {
      complete = keyspace.arrive(barrier, worldSize);
    }

    public byte[] barrier() {
      return barrier;
    }

    public long worldSize() {
      return worldSize;
    }

    /** Whether the arrival was counted and is neither the last nor came after it. */
    public boolean mustWait() {
      return failure() == null && !complete;
    }
  }

  /** Withdraws an arrival at a barrier. */
  public static final class Leave extends Command {
    private final byte[] barrier;

    public Leave(byte[] barrier) {
      this.barrier = barrier;
    }

    @Override
    public long bytes() {
      return barrier.length;
    }

    @Override
    void apply(Keyspace keyspace) {
      keyspace.leave(barrier);
    }

    public byte[] barrier() {
      return barrier;
    }
  }

  /** Deletes all keys and queues. */
  public static final class Clear extends Command {
    @Override
    public long bytes() {
      return 0;
    }

    @Override
    void apply(Keyspace keyspace) {
      keyspace.clear();
    }
  }
}
