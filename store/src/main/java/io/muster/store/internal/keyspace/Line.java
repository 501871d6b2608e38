package io.muster.store.internal.keyspace;

import org.jspecify.annotations.Nullable;

/**
 * Those who wait for one key, in the order they came. Most keys have one who waits, and many waits
 * have many keys, so a place is as small as it can be.
 */
final class Line {
  final byte[] key;
  @Nullable Place first;
  private @Nullable Place last;

  /** An empty line, for a key that must not change any more. */
  Line(byte[] key) {
    this.key = key;
  }

  /** Where a wait stands. */
  static final class Place {
    final Wait wait;
    final Line line;
    @Nullable Place following;
    private @Nullable Place previous;
    private boolean left;

    private Place(Wait wait, Line line) {
      this.wait = wait;
      this.line = line;
    }

    /** Gives the place up; nothing happens if it was. */
    void leave() {
      if (!left) {
        left = true;
        line.close(previous, following);
      }
    }
  }

  boolean isEmpty() {
    return first == null;
  }

  /** Whether a wait was the last to come. */
  boolean endsWith(Wait wait) {
    return last != null && last.wait == wait;
  }

  /** Puts a wait at the end. */
  Place add(Wait wait) {
    Place place = new Place(wait, this);
    place.previous = last;
    if (last == null) {
      first = place;
    } else {
      last.following = place;
    }
    last = place;
    return place;
  }

  /** Closes the gap between two places. */
  private void close(@Nullable Place previous, @Nullable Place following) {
    if (previous == null) {
      first = following;
    } else {
      previous.following = following;
    }
    if (following == null) {
      last = previous;
    } else {
      following.previous = previous;
    }
  }
}
