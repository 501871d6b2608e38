package io.muster.store.internal.keyspace;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for which key. Releasing costs what the waiters of that key cost, and forgetting a wait
 * what its own keys cost; nothing ever looks at all keys or all waits. A key that came and went
 * counts as having come. Not thread-safe: one owner at a time.
 */
final class WaitList {
  private final KeyMap<Set<Wait>> waitsByKey = new KeyMap<>();
  private int size;

  /** Registers a wait for {@code keys}, all of them missing now and at least one. */
  void register(Wait wait, List<Key> keys) {
    wait.list = this;
    wait.keys = keys;
    wait.missing = 0;
    for (Key key : keys) {
      Set<Wait> waits = waitsByKey.get(key.bytes());
      if (waits == null) {
        waits = new LinkedHashSet<>();
        waitsByKey.put(key.bytes(), waits);
      }
      if (waits.add(wait)) {
        wait.missing++;
      }
    }
    size++;
  }

  /** The key has come: releases every wait that was still missing only this one as a key. */
  void releaseAll(byte[] key) {
    Set<Wait> waits = waitsByKey.remove(key);
    if (waits == null) {
      return;
    }
    Set<Wait> poppers = new LinkedHashSet<>();
    for (Wait wait : waits) {
      if (wait.itemsOnly) {
        poppers.add(wait);
      } else {
        hasCome(wait, null);
      }
    }
    if (!poppers.isEmpty()) {
      waitsByKey.put(key, poppers);
    }
  }

  /**
   * The queue has one item more: releases the waits that are missing only this queue in the order
   * they came, up to the first that takes the item.
   */
  void releaseOne(byte[] queue) {
    Set<Wait> waits = waitsByKey.get(queue);
    if (waits == null) {
      return;
    }
    Key name = new Key(queue);
    boolean released = false;
    for (Iterator<Wait> i = waits.iterator(); i.hasNext() && !released; ) {
      Wait wait = i.next();
      i.remove();
      released = hasCome(wait, name) && wait.takesItems;
    }
    if (waits.isEmpty()) {
      waitsByKey.remove(queue);
    }
  }

  /** Takes a wait off the list, released or not. */
  void forget(Wait wait) {
    if (wait.missing == 0) {
      return;
    }
    for (Key key : wait.keys) {
      Set<Wait> waits = waitsByKey.get(key.bytes());
      if (waits != null && waits.remove(wait) && waits.isEmpty()) {
        waitsByKey.remove(key.bytes());
      }
    }
    over(wait);
  }

  /** How many waits are not over. */
  int size() {
    return size;
  }

  /** How many keys are waited for. */
  int keys() {
    return waitsByKey.size();
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
    wait.keys = List.of();
    size--;
  }
}
