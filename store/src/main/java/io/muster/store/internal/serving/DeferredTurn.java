package io.muster.store.internal.serving;

import org.jspecify.annotations.Nullable;

/** An element of {@link DeferredTurns}, a queue linked through its elements. */
abstract class DeferredTurn {
  /** The next element of the queue. Set by {@link DeferredTurns} only. */
  @Nullable DeferredTurn next;

  /** Does a bounded amount of work. It does not throw. */
  abstract void takeTurn();
}
