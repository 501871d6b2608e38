package io.muster.store.internal.keyspace;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Waits until each of several keys has been set once, or a key with a prefix has changed. A waiter
 * is registered once, and is over when it is released or removed.
 */
public abstract class Waiter {
  /** Where a waiter is registered. */
  interface Registry {
    /** Removes a waiter. Has no effect if it was released. */
    void forget(Waiter waiter);
  }

  /** The registry, while registered. */
  @Nullable Registry registry;

  /** Its nodes in the queues of its keys. Those of keys that have been set are removed. */
  List<WaitQueue.Node> nodes = List.of();

  int missing;

  /** Whether only an item of a queue releases it, and no value. */
  boolean wantsItemOnly;

  /** Whether it may consume the item that releases it, so that the push releases no other. */
  boolean mayConsumeItem;

  /** Whether it waits for nothing: it was released or removed, or is not registered yet. */
  public final boolean isOver() {
    return missing == 0;
  }

  /**
   * Whether the item that releases this waiter is withheld from other waiters until it is known
   * whether this waiter consumes it.
   */
  protected final boolean mayConsumeItem() {
    return mayConsumeItem;
  }

  /**
   * Called once, when the last missing key is set, or a key with the prefix has changed. It must
   * not call the {@link WaiterRegistry}.
   *
   * @param queue the queue whose new item released this waiter, or null if a value did
   */
  protected abstract void released(@Nullable Key queue);
}
