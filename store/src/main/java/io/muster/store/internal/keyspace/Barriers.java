package io.muster.store.internal.keyspace;

import java.util.List;

/**
 * Barriers. The number of arrivals is stored as decimal text at the barrier's key, where clients
 * can read it. Not thread-safe.
 */
public final class Barriers {
  private final Keyspace keyspace;
  private final WaitersByKey waiters = new WaitersByKey();

  public Barriers(Keyspace keyspace) {
    this.keyspace = keyspace;
  }

  /**
   * Counts an arrival. The last arrival releases all waiters; any other registers {@code waiter}.
   *
   * @return whether this was the last arrival, or came after it
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
      // For example OutOfMemoryError. The arrival must not count then.
      withdraw(key.bytes());
      throw e;
    }
    return false;
  }

  /** Withdraws the arrival of a waiter. Has no effect if the wait is over. */
  public void leave(Waiter waiter) {
    if (waiter.isOver()) {
      return;
    }
    byte[] key = WaitersByKey.key(waiter);
    waiters.forget(waiter);
    withdraw(key);
  }

  private void withdraw(byte[] key) {
    if (keyspace.get(key) == null) {
      return;
    }
    try {
      if (keyspace.add(key, -1) <= 0) {
        keyspace.delete(key);
      }
    } catch (NotANumberException | StoreFullException e) {
      // A client has stored something other than a count at the key.
      return;
    }
  }

  /** The work of all calls together, as {@link Keyspace#work}. */
  public long work() {
    return waiters.work();
  }

  /** The number of waiters at all barriers. */
  public int size() {
    return waiters.size();
  }
}
