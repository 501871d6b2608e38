package io.muster.store.internal.keyspace;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One bucket of a {@link KeyMap}: a search tree of entries with random priorities (a treap), nearly
 * always of one or two entries. Its expected depth is logarithmic whatever the hashes are.
 *
 * <p>Entries are ordered by the lowest bit in which their hashes differ, or by key if the hashes
 * are equal. When a bucket is split by the next bit of the hashes, the tree is therefore cut in two
 * along one path, without visiting the other entries.
 *
 * <p>The methods that modify a tree neither allocate nor call other methods, so that memory or
 * stack cannot run out halfway. They return the number of visited entries if the caller counts
 * them.
 */
final class KeyTree {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private KeyTree() {}

  /** An entry of the map, and a node of its bucket's tree. */
  static final class Entry<V> {
    final byte[] key;

    /** Modified only while the entry is not in a tree. */
    int hash;

    final int priority;

    /** Null once the entry is removed. */
    @Nullable V value;

    /** The index of the entry in the map's pages. */
    int number;

    @Nullable Entry<V> before;
    @Nullable Entry<V> after;

    Entry(byte[] key, int hash, int priority, @Nullable V value) {
      this.key = key;
      this.hash = hash;
      this.priority = priority;
      this.value = value;
    }
  }

  /**
   * Whether the first {@code length} bytes are the key. Keys are short: comparing words inline is
   * faster than calling a method that is optimized for long arrays.
   */
  static boolean isKey(byte[] bytes, int length, byte[] key) {
    if (key.length != length) {
      return false;
    }
    int i = 0;
    for (; i <= length - Long.BYTES; i += Long.BYTES) {
      if ((long) LONG.get(bytes, i) != (long) LONG.get(key, i)) {
        return false;
      }
    }
    if (i > 0) {
      // The last word may overlap the previous one.
      return (long) LONG.get(bytes, length - Long.BYTES)
          == (long) LONG.get(key, length - Long.BYTES);
    }
    while (i < length && bytes[i] == key[i]) {
      i++;
    }
    return i == length;
  }

  /**
   * Compares a key with that of an entry.
   *
   * @return negative if the key comes before the entry, 0 if they are equal, otherwise positive
   */
  static int compare(int hash, byte[] bytes, int length, Entry<?> entry) {
    int difference = hash ^ entry.hash;
    return difference == 0
        ? Arrays.compare(bytes, 0, length, entry.key, 0, entry.key.length)
        : (hash & difference & -difference) == 0 ? -1 : 1;
  }

  /**
   * Cuts a tree in two: {@link Entry#before} of {@code at} becomes the part before {@code at}, and
   * {@link Entry#after} the part after it. The key of {@code at} is not in the tree.
   */
  static <V> int cut(@Nullable Entry<V> tree, Entry<V> at) {
    Entry<V> lastBefore = at;
    Entry<V> lastAfter = at;
    int steps = 0;
    at.before = null;
    at.after = null;
    for (Entry<V> entry = tree; entry != null; steps++) {
      int difference = entry.hash ^ at.hash;
      boolean isBefore;
      if (difference == 0) {
        byte[] key = entry.key;
        byte[] limit = at.key;
        int i = 0;
        while (i < key.length && i < limit.length && key[i] == limit[i]) {
          i++;
        }
        isBefore = i < limit.length && (i == key.length || key[i] < limit[i]);
      } else {
        isBefore = (entry.hash & difference & -difference) == 0;
      }
      // Skip writes that change nothing: a garbage collector revisits every object that is written
      // to.
      if (isBefore) {
        if (lastBefore == at) {
          at.before = entry;
        } else if (lastBefore.after != entry) {
          lastBefore.after = entry;
        }
        lastBefore = entry;
        entry = entry.after;
      } else {
        if (lastAfter == at) {
          at.after = entry;
        } else if (lastAfter.before != entry) {
          lastAfter.before = entry;
        }
        lastAfter = entry;
        entry = entry.before;
      }
    }
    if (lastBefore != at && lastBefore.after != null) {
      lastBefore.after = null;
    }
    if (lastAfter != at && lastAfter.before != null) {
      lastAfter.before = null;
    }
    return steps;
  }

  /** Joins two trees. All entries of {@code before} precede all entries of {@code after}. */
  static <V> @Nullable Entry<V> join(@Nullable Entry<V> before, @Nullable Entry<V> after) {
    if (before == null) {
      return after;
    }
    if (after == null) {
      return before;
    }
    Entry<V> top = before.priority >= after.priority ? before : after;
    Entry<V> left = before;
    Entry<V> right = after;
    while (left != null && right != null) {
      if (left.priority >= right.priority) {
        Entry<V> following = left.after;
        if (following == null || following.priority < right.priority) {
          left.after = right;
        }
        left = following;
      } else {
        Entry<V> following = right.before;
        if (following == null || following.priority <= left.priority) {
          right.before = left;
        }
        right = following;
      }
    }
    return top;
  }
}
