package io.muster.store.internal.keyspace;

import java.util.List;

/**
 * Who waits for what in a {@link Keyspace}. A wait for presence ends with a value or with an item
 * in a queue, a wait for a value only with a value, and one for an item only with an item. Each is
 * registered for keys none of which is there, at least one. Not thread-safe: one owner at a time.
 */
public final class Waits implements Keyspace.Listener {
  private final WaitList forPresence = new WaitList();
  private final WaitList forValues = new WaitList();

  /** Registers a wait for presence, of somebody who will not pop. */
  public void registerAsObserver(Wait wait, List<Key> keys) {
    forPresence.register(wait, keys);
  }

  /** Registers a wait for presence, of somebody who may pop then. */
  public void registerForPresence(Wait wait, List<Key> keys) {
    wait.takesItems = true;
    forPresence.register(wait, keys);
  }

  /** Registers a wait for values. */
  public void registerForValues(Wait wait, List<Key> keys) {
    forValues.register(wait, keys);
  }

  /** Registers a wait for an item, of somebody who will pop it. */
  public void registerForItem(Wait wait, Key queue) {
    wait.itemsOnly = true;
    wait.takesItems = true;
    forPresence.register(wait, List.of(queue));
  }

  /** Gives a wait up; nothing happens if it is over. */
  public void forget(Wait wait) {
    WaitList list = wait.list;
    if (list != null) {
      list.forget(wait);
    }
  }

  @Override
  public void keyChanged(byte[] key) {
    forPresence.releaseAll(key);
    forValues.releaseAll(key);
  }

  /**
   * Releases the observers of a queue up to the first who may pop, and that one. As one item is
   * worth one wake-up, whoever is released and then does not take it calls this once more for the
   * next in line.
   */
  @Override
  public void itemPushed(byte[] queue) {
    forPresence.releaseOne(queue);
  }

  /** How many waits are not over. */
  public int size() {
    return forPresence.size() + forValues.size();
  }

  /** How much work all calls together have been, as {@link Keyspace#work}. */
  public long work() {
    return forPresence.work() + forValues.work();
  }

  /** How many keys are waited for, those waited for in both ways twice. */
  int keys() {
    return forPresence.keys() + forValues.keys();
  }
}
