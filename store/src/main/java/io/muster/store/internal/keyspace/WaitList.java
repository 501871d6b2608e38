package io.muster.store.internal.keyspace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for which key. Releasing costs what the waiters of that key cost, and forgetting a wait
 * what its own keys cost; nothing ever looks at all keys or all waits. A key that came and went
 * counts as having come. Not thread-safe: one owner at a time.
 */
final class WaitList {
  private final KeyMap<Line> lines = new KeyMap<>();
  private int size;
  private long placesTouched;

  /** Registers a wait for {@code keys}, all of them missing now and at least one. */
  void register(Wait wait, List<Key> keys) {
    List<Line.Place> places = new ArrayList<>(keys.size());
    try {
      for (Key key : keys) {
        Line known = lines.get(key.bytes());
        Line line = known == null ? new Line(key.bytes()) : known;
        // A key may be named twice.
        placesTouched++;
        if (!line.endsWith(wait)) {
          places.add(line.add(wait));
        }
        if (known == null) {
          lines.put(key.bytes(), line);
        }
      }
    } catch (Throwable e) {
      // Such as no memory for all of them. A wait of which a part is registered would never end.
      leaveAll(places);
      throw e;
    }
    wait.list = this;
    wait.places = places;
    wait.missing = places.size();
    size++;
  }

  /** The key has come: releases every wait that was still missing only this one as a key. */
  void releaseAll(byte[] key) {
    Line line = lines.get(key);
    if (line == null) {
      return;
    }
    Line.Place place = line.first;
    while (place != null) {
      placesTouched++;
      Line.Place following = place.following;
      if (!place.wait.itemsOnly) {
        place.leave();
        boolean unusedReleased = hasCome(place.wait, null);
      }
      place = following;
    }
    forgetIfEmpty(line);
  }

  /**
   * The queue has one item more: releases the waits that are missing only this queue in the order
   * they came, up to the first that takes the item.
   */
  void releaseOne(byte[] queue) {
    Line line = lines.get(queue);
    if (line == null) {
      return;
    }
    Key name = new Key(line.key);
    boolean taken = false;
    for (Line.Place place = line.first; place != null && !taken; place = line.first) {
      placesTouched++;
      place.leave();
      taken = hasCome(place.wait, name) && place.wait.takesItems;
    }
    forgetIfEmpty(line);
  }

  /** Takes a wait off the list, released or not. */
  void forget(Wait wait) {
    if (wait.missing == 0) {
      return;
    }
    leaveAll(wait.places);
    over(wait);
  }

  private void leaveAll(List<Line.Place> places) {
    placesTouched += places.size();
    for (int i = 0; i < places.size(); i++) {
      Line.Place place = places.get(i);
      place.leave();
      forgetIfEmpty(place.line);
    }
  }

  /** The key, or one of the keys, of a wait that is not over. */
  static byte[] key(Wait wait) {
    return wait.places.get(0).line.key;
  }

  /** How many waits are not over. */
  int size() {
    return size;
  }

  /** How many queue positions and entries all calls together have looked at. It only grows. */
  long work() {
    return lines.steps() + placesTouched;
  }

  /** How many keys are waited for. */
  int keys() {
    return lines.size();
  }

  private void forgetIfEmpty(Line line) {
    if (line.isEmpty() && lines.get(line.key) == line) {
      lines.remove(line.key);
    }
  }

  private boolean hasCome(Wait wait, @Nullable Key queue) {
    if (--wait.missing > 0) {
      return false;
    }
    over(wait);
    wait.released(queue);
    return true;
  }

  private void over(Wait wait) {
    wait.missing = 0;
    wait.places = List.of();
    size--;
  }
}
