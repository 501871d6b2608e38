package io.muster.store.internal.keyspace;

import io.muster.store.internal.keyspace.KeyMap.Page;
import io.muster.store.internal.keyspace.KeyTree.Entry;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of a {@link KeyMap} at one moment. Its pages are captured one by one, in
 * order, and a page that is about to change at once. Called by the owner of the map only; other
 * threads may read what {@link #next} returns.
 */
final class KeyMapSnapshot<V> {
  private final List<Page<V>> pages;
  private final int size;
  private final Function<V, Object> frozen;
  private final Consumer<KeyMapSnapshot<V>> whenEnded;

  /** The pages that were captured before their turn. */
  private final KeyspaceSnapshot.@Nullable Part[] captured;

  /** The page that {@link #next} returns. */
  private int next;

  /**
   * A snapshot of which nothing is captured yet.
   *
   * @param whenEnded called when no page needs to be captured before it changes any more
   */
  KeyMapSnapshot(
      List<Page<V>> pages,
      int size,
      Function<V, Object> frozen,
      Consumer<KeyMapSnapshot<V>> whenEnded) {
    this.pages = pages;
    this.size = size;
    this.frozen = frozen;
    this.whenEnded = whenEnded;
    this.captured = new KeyspaceSnapshot.@Nullable Part[pages.size()];
  }

  /** The number of keys. */
  int size() {
    return size;
  }

  /**
   * Captures a page that is about to change, if that is still to be done.
   *
   * @return the number of visited entries
   */
  int beforeChange(int page) {
    if (page < next || page >= captured.length || captured[page] != null) {
      return 0;
    }
    captured[page] = capture(page);
    return KeyMap.PAGE_SIZE;
  }

  /** Returns the next keys and values; null if there are no more, and then ends. */
  KeyspaceSnapshot.@Nullable Part next() {
    if (next == captured.length) {
      end();
      return null;
    }
    KeyspaceSnapshot.Part part = captured[next];
    if (part == null) {
      part = capture(next);
    }
    captured[next] = null;
    next++;
    return part;
  }

  /** Nothing more is needed of the snapshot. */
  void end() {
    next = captured.length;
    whenEnded.accept(this);
  }

  private KeyspaceSnapshot.Part capture(int number) {
    @Nullable Entry<V>[] entries = pages.get(number).entries;
    int count = Math.min(KeyMap.PAGE_SIZE, size - (number << KeyMap.PAGE_BITS));
    byte[][] keys = new byte[count][];
    Object[] values = new Object[count];
    for (int i = 0; i < count; i++) {
      Entry<V> entry = Objects.requireNonNull(entries[i]);
      keys[i] = entry.key;
      values[i] = frozen.apply(Objects.requireNonNull(entry.value));
    }
    return new KeyspaceSnapshot.Part(keys, values);
  }
}
