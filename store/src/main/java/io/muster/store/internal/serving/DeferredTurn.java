package io.muster.store.internal.serving;

import org.jspecify.annotations.Nullable;

/** What takes a turn of {@link DeferredTurns}, in which it is linked meanwhile. */
abstract class DeferredTurn {
  /** The next one of the {@link DeferredTurns}. */
  @Nullable DeferredTurn next;

  /** Does a bounded amount of work. It does not throw. */
  abstract void takeTurn();
}
