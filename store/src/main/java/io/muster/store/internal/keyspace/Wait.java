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

  /** Where it stands in the lines of its keys; it has left those of keys that have come since. */
  List<Line.Place> places = List.of();

  int missing;

  /** Whether only an item in a queue counts, and no value. */
  boolean itemsOnly;

  /** Whether an item whose push ends the wait may be gone then, so that the push ends no other. */
  boolean takesItems;

  /** Whether nothing is waited for any more: released, given up, or not begun. */
  public final boolean isOver() {
    return missing == 0;
  }

  /**
   * Whether an item whose push ends this wait is kept from others until it is seen whether this one
   * takes it.
   */
  protected final boolean takesItems() {
    return takesItems;
  }

  /**
   * Called once, when the last key has come. It must not call back into the {@link Waits}.
   *
   * @param queue the queue whose one new item ended the wait, or null if a key did
   */
  protected abstract void released(@Nullable Key queue);
}
