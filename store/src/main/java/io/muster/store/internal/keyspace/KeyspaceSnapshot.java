package io.muster.store.internal.keyspace;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The keys, values and queues of a {@link Keyspace} at one moment, in parts of at most some hundred
 * keys. The owner of the keyspace takes them one after another while the keyspace changes, so that
 * no call takes long. Another thread may write a part meanwhile.
 *
 * <p>Until all parts are taken or the snapshot is closed, what is removed or replaced stays in
 * memory.
 */
public final class KeyspaceSnapshot implements AutoCloseable {
  private final long revision;
  private final KeyMapSnapshot<Object> values;
  private final KeyMapSnapshot<ItemQueue> queues;
  private final Consumer<KeyspaceSnapshot> whenEnded;

  /**
   * A snapshot of which nothing is taken yet.
   *
   * @param whenEnded called when what is removed or replaced need not stay in memory any more;
   *     maybe more than once
   */
  KeyspaceSnapshot(
      long revision,
      KeyMap<Object> values,
      KeyMap<ItemQueue> queues,
      Consumer<KeyspaceSnapshot> whenEnded) {
    this.revision = revision;
    this.whenEnded = whenEnded;
    this.values = values.snapshot(KeyspaceSnapshot::frozen);
    try {
      this.queues = queues.snapshot(ItemQueue::view);
    } catch (Throwable e) {
      this.values.end();
      throw e;
    }
  }

  /** The bytes of an appended value are shared with later values, which are appended to. */
  private static Object frozen(Object value) {
    if (!(value instanceof AppendedValue appended)) {
      return value;
    }
    List<byte[]> arrays = new ArrayList<>();
    appended.arrays().forEachRemaining(arrays::add);
    return new Pieces(appended.length(), arrays);
  }

  private record Pieces(int length, List<byte[]> arrays) {}

  /** The revision of the keyspace. */
  public long revision() {
    return revision;
  }

  /** Takes the next part; null if there are no more. The parts with values come first. */
  public @Nullable Part next() {
    Part part = values.next();
    if (part == null) {
      part = queues.next();
    }
    if (part == null) {
      whenEnded.accept(this);
    }
    return part;
  }

  /** Nothing more is taken. Closing again has no effect. */
  @Override
  public void close() {
    values.end();
    queues.end();
    whenEnded.accept(this);
  }

  /** Receives what a part consists of. Arrays must not be modified. */
  public interface Visitor {
    /**
     * A key and its value.
     *
     * @param length the length of the value
     * @param value the bytes of the value, as consecutive arrays
     */
    void value(byte[] key, int length, Iterator<byte[]> value) throws IOException;

    /** A queue. The items must be taken before the method returns. */
    void queue(byte[] key, int size, Iterator<byte[]> items) throws IOException;
  }

  /** Some keys or queues of a snapshot. Immutable. */
  public static final class Part {
    private final byte[][] keys;

    /** Byte arrays, {@link Pieces}, or {@link ItemQueue.View}s. */
    private final Object[] contents;

    Part(byte[][] keys, Object[] contents) {
      this.keys = keys;
      this.contents = contents;
    }

    /** Passes the keys or queues to {@code visitor}. */
    public void visit(Visitor visitor) throws IOException {
      for (int i = 0; i < keys.length; i++) {
        Object content = contents[i];
        if (content instanceof byte[] value) {
          visitor.value(keys[i], value.length, List.of(value).iterator());
        } else if (content instanceof Pieces value) {
          visitor.value(keys[i], value.length, value.arrays.iterator());
        } else {
          ItemQueue.View queue = (ItemQueue.View) content;
          visitor.queue(keys[i], queue.size(), queue.items());
        }
      }
    }
  }
}
