package io.muster.store.internal.keyspace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The revision of a {@link Keyspace}, and, while it is {@linkplain #keep kept}, the latest changes
 * of its keys. Each command that has changed the keyspace raises the revision by one, whether or
 * not the history is kept, so keyspaces that apply the same commands have the same revision.
 *
 * <p>The history is limited in bytes and in number. The oldest changes are dropped first. Reading
 * takes time proportional to the changes after the given revision. Not thread-safe.
 */
public final class ChangeHistory {
  /** The maximum number of changes. It bounds the time of a read. */
  static final int MAX_CHANGES = 16 * 1024;

  /**
   * An upper bound of the heap bytes of a change in addition to the lengths of its key and value:
   * the change, its place in the history, and headers and padding of both arrays.
   */
  public static final int CHANGE_OVERHEAD = 104;

  /** The number of bytes that are compared in about the time of visiting one change. */
  private static final int BYTES_PER_STEP = 256;

  private static final int MIN_CAPACITY = 16;

  private long revision;

  /** The maximum number of bytes; 0 while no changes are kept. */
  private long maxBytes;

  /** All changes after this revision are in the history. */
  private long complete;

  /** The changes as a ring, in the order of their revisions. Its length is a power of two. */
  private @Nullable Change[] ring = new @Nullable Change[0];

  private int first;
  private int size;
  private long bytes;
  private long steps;

  ChangeHistory() {}

  /**
   * One change of one key, or the deletion of all keys.
   *
   * @param revision the revision of the keyspace after the change
   * @param key the changed key; null if all keys were deleted
   * @param value the new value, a byte array or an {@link AppendedValue}; null if the key was
   *     deleted
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Change(long revision, byte @Nullable [] key, @Nullable Object value) {
    private boolean concerns(byte[] prefix) {
      return key == null || startsWith(key, prefix);
    }

    private long heapBytes() {
      return CHANGE_OVERHEAD
          + (key == null ? 0 : (long) key.length)
          + (value == null ? 0 : (long) Keyspace.heapBytes(value));
    }
  }

  /**
   * Changes of keys with a prefix.
   *
   * @param changes the changes in order
   * @param revision there are no others up to and including this revision
   */
  public record Changes(List<Change> changes, long revision) {}

  /** The number of commands that have changed the keyspace. */
  public long revision() {
    return revision;
  }

  /** The approximate heap bytes of the changes that are kept. */
  public long bytes() {
    return bytes;
  }

  /** Whether changes are kept. */
  public boolean isKept() {
    return maxBytes > 0;
  }

  /** The number of changes that all reads together have visited. It only grows. */
  long steps() {
    return steps;
  }

  /** Keeps changes from now on. If they are kept already, only changes the limit. */
  public void keep(long maxBytes) {
    if (this.maxBytes == 0) {
      complete = revision;
    }
    this.maxBytes = maxBytes;
    dropOldest();
    resize();
  }

  /** Keeps no changes any more, and drops those that were kept. */
  public void drop() {
    maxBytes = 0;
    forget();
    ring = new @Nullable Change[0];
  }

  /** Continues at a revision, of whose changes none are known. */
  void continueAt(long newRevision) {
    revision = newRevision;
    forget();
  }

  /** A command changes the keyspace. The keys that it changes are {@linkplain #add added} next. */
  void nextRevision() {
    revision++;
  }

  /** The command of this revision has set a key, or has deleted it if {@code value} is null. */
  void add(byte[] key, @Nullable Object value) {
    if (maxBytes > 0) {
      append(key, value);
    }
  }

  /** The command of this revision has deleted all keys. */
  void addClear() {
    if (maxBytes > 0) {
      append(null, null);
    }
  }

  private void append(byte @Nullable [] key, @Nullable Object value) {
    try {
      Change change = new Change(revision, key, value);
      if (size == ring.length) {
        resize();
      }
      ring[(first + size) & (ring.length - 1)] = change;
      size++;
      bytes += change.heapBytes();
    } catch (OutOfMemoryError e) {
      // The keyspace has changed already. Readers learn that they have missed changes.
      forget();
      return;
    }
    dropOldest();
  }

  /** Makes the ring as long as is suitable for the changes and at least one more. */
  private void resize() {
    int length = Math.max(MIN_CAPACITY, 2 * Integer.highestOneBit(Math.max(1, size)));
    @Nullable Change[] resized = new @Nullable Change[length];
    for (int i = 0; i < size; i++) {
      resized[i] = get(i);
    }
    ring = resized;
    first = 0;
  }

  private void dropOldest() {
    while (size > 0 && (size > MAX_CHANGES || bytes > maxBytes)) {
      Change oldest = get(0);
      ring[first] = null;
      first = (first + 1) & (ring.length - 1);
      size--;
      bytes -= oldest.heapBytes();
      complete = oldest.revision;
    }
  }

  private void forget() {
    Arrays.fill(ring, null);
    first = 0;
    size = 0;
    bytes = 0;
    complete = revision;
  }

  private Change get(int index) {
    return Objects.requireNonNull(ring[(first + index) & (ring.length - 1)]);
  }

  /** Whether all changes after a revision are known. */
  public boolean isCompleteAfter(long after) {
    return after == revision || (maxBytes > 0 && after >= complete && after < revision);
  }

  /**
   * Whether a key with the prefix has changed after a revision, or the changes after it are not
   * known.
   */
  public boolean mayHaveChanged(byte[] prefix, long after) {
    if (!isCompleteAfter(after)) {
      return true;
    }
    for (int i = indexAfter(after); i < size; i++) {
      if (visit(i, prefix) != null) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the changes of keys with the prefix after a revision after which the history
   * {@linkplain #isCompleteAfter is complete}: at most about {@code enoughBytes}, but always all
   * changes of a revision together.
   */
  public Changes changes(byte[] prefix, long after, long enoughBytes) {
    List<Change> found = new ArrayList<>();
    long foundBytes = 0;
    long last = after;
    for (int i = indexAfter(after); i < size; i++) {
      long next = get(i).revision;
      if (foundBytes >= enoughBytes && next != last) {
        return new Changes(found, last);
      }
      last = next;
      Change change = visit(i, prefix);
      if (change != null) {
        found.add(change);
        foundBytes += change.heapBytes();
      }
    }
    return new Changes(found, revision);
  }

  /** Returns the change at {@code index} if it concerns the prefix, or else null. */
  private @Nullable Change visit(int index, byte[] prefix) {
    steps += 1 + prefix.length / BYTES_PER_STEP;
    Change change = get(index);
    return change.concerns(prefix) ? change : null;
  }

  /** The index of the first change after a revision; the size if there is none. */
  private int indexAfter(long after) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (get(middle).revision > after) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** The approximate heap bytes of changes. */
  public static long heapBytes(List<Change> changes) {
    long sum = 0;
    for (int i = 0; i < changes.size(); i++) {
      sum += changes.get(i).heapBytes();
    }
    return sum;
  }

  static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }
}
