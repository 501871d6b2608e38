package io.muster.store.internal.keyspace;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who waits until each of some keys has been there once. A wait is registered once, and is
 * over when it is released.
 */
public abstract class Wait {
  /** Where it is registered. */
  @Nullable WaitList list;

  /** The keys it is listed under; those that have come since are no longer. */
  List<Key> keys = List.of();

  int missing;

  /** Whether nothing is waited for any more: released, given up, or not begun. */
  public final boolean isOver() {
    return missing == 0;
  }

  /**
   * Called once, when the last key has come. It must not call back into the {@link Waits}.
   *
   * @param queue the queue whose one new item ended the wait, or null if a key did
   */
  protected abstract void released(@Nullable Key queue);
}
