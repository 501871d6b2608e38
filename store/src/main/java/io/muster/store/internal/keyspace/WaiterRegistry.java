package io.muster.store.internal.keyspace;

import java.util.List;

/**
 * The waiters of a {@link Keyspace}. A waiter for presence is released by a value or by an item of
 * a queue, a waiter for values by values only, a waiter for an item by an item only, and a waiter
 * at a barrier by the last arrival. Each is registered for at minimum one key, all of which are
 * missing. A waiter for a change is released by any change of a key with its prefix. Not
 * thread-safe.
 */
public final class WaiterRegistry implements Keyspace.Listener {
  private final WaitersByKey forPresence = new WaitersByKey();
  private final WaitersByKey forValues = new WaitersByKey();
  private final WaitersByKey atBarriers = new WaitersByKey();
  private final WaitersByPrefix forChanges = new WaitersByPrefix();

  /** Registers a waiter for presence that will not pop. */
  public void registerAsObserver(Waiter waiter, List<Key> keys) {
    forPresence.register(waiter, keys);
  }

  /** Registers a waiter for presence that may pop when it is released. */
  public void registerForPresence(Waiter waiter, List<Key> keys) {
    waiter.mayConsumeItem = true;
    forPresence.register(waiter, keys);
  }

  /** Registers a waiter for values. */
  public void registerForValues(Waiter waiter, List<Key> keys) {
    forValues.register(waiter, keys);
  }

  /** Registers a waiter for an item, which it will pop. */
  public void registerForItem(Waiter waiter, Key queue) {
    waiter.wantsItemOnly = true;
    waiter.mayConsumeItem = true;
    forPresence.register(waiter, List.of(queue));
  }

  /** Registers a waiter at a barrier that is not complete. */
  public void registerAtBarrier(Waiter waiter, Key barrier) {
    atBarriers.register(waiter, List.of(barrier));
  }

  /** Registers a waiter for the next change of a key with a prefix. */
  public void registerForChange(Waiter waiter, byte[] prefix) {
    forChanges.register(waiter, prefix);
  }

  /** Removes a waiter. Has no effect if it is over. */
  public void forget(Waiter waiter) {
    Waiter.Registry registry = waiter.registry;
    if (registry != null) {
      registry.forget(waiter);
    }
  }

  @Override
  public void keyChanged(byte[] key) {
    forPresence.releaseAll(key);
    forValues.releaseAll(key);
    forChanges.release(key);
  }

  @Override
  public void keyDeleted(byte[] key) {
    forChanges.release(key);
  }

  @Override
  public void cleared() {
    forChanges.releaseAll();
  }

  /**
   * Releases the observers of a queue up to the first waiter that may pop, and that waiter. One
   * item wakes one such waiter, so the owner of a released waiter that does not pop calls this
   * again for the next waiter.
   */
  @Override
  public void itemPushed(byte[] queue) {
    forPresence.releaseOne(queue);
  }

  @Override
  public void barrierCompleted(byte[] barrier) {
    atBarriers.releaseAll(barrier);
  }

  /** The number of waiters that are not over. */
  public int size() {
    return forPresence.size() + forValues.size() + atBarriers.size() + forChanges.size();
  }

  /** The work of all calls together, as {@link Keyspace#work}. */
  public long work() {
    return forPresence.work() + forValues.work() + atBarriers.work() + forChanges.work();
  }

  /**
   * The number of keys and prefixes that have waiters. Keys with several kinds of waiters count for
   * each.
   */
  int keys() {
    return forPresence.keys() + forValues.keys() + atBarriers.keys() + forChanges.prefixes();
  }
}
