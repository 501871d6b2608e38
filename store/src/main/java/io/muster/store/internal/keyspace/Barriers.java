package io.muster.store.internal.keyspace;

import java.util.List;

/**
 * Barriers, counted in the keyspace as decimal text at the barrier's key, where everybody can read
 * how many have come. Not thread-safe: one owner at a time.
 */
public final class Barriers {
  private final Keyspace keyspace;
  private final WaitersByKey waiters = new WaitersByKey();

  public Barriers(Keyspace keyspace) {
    this.keyspace = keyspace;
  }

  /**
   * Counts one more arrival. If it is the last, everybody who waits is released; otherwise {@code
   * waiter} is registered.
   *
   * @return whether it was the last, or came after it
   */
  public boolean arrive(Key key, long worldSize, Waiter waiter)
      throws NotANumberException, StoreFullException {
    if (keyspace.add(key.bytes(), 1) >= worldSize) {
      waiters.releaseAll(key.bytes());
      return true;
    }
    try {
      waiters.register(waiter, List.of(key));
    } catch (Throwable e) {
      // For instance no memory for the wait: then the arrival does not count.
      takeBack(key.bytes());
      throw e;
    }
    return false;
  }

  /** Takes back the arrival of somebody who still waits; nothing happens if the wait is over. */
  public void leave(Waiter waiter) {
    if (waiter.isOver()) {
      return;
    }
    byte[] key = WaitersByKey.key(waiter);
    waiters.forget(waiter);
    takeBack(key);
  }

  private void takeBack(byte[] key) {
    if (keyspace.get(key) == null) {
      return;
    }
    try {
      if (keyspace.add(key, -1) <= 0) {
        keyspace.delete(key);
      }
    } catch (NotANumberException | StoreFullException e) {
      // Somebody has put something else there; it is not a count any more.
      return;
    }
  }

  /** How much work all calls together have been, as {@link Keyspace#work}. */
  public long work() {
    return waiters.work();
  }

  /** How many wait at all barriers together. */
  public int size() {
    return waiters.size();
  }
}
