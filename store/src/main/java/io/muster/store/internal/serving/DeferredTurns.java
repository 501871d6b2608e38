package io.muster.store.internal.serving;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The clients that an event loop serves after all clients that are ready: clients with large
 * requests, for their further turns, and disconnected clients, to be cleaned up. Each call does a
 * bounded amount of work, so that neither a long reply nor thousands of disconnects delay a
 * request.
 *
 * <p>The clients themselves are linked, so that adding one needs no memory.
 */
final class DeferredTurns {
  /** No turn begins after so long a time in one call of {@link #work}. */
  static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final LongSupplier nanoTime;
  private @Nullable DeferredTurn first;
  private @Nullable DeferredTurn last;
  private int size;

  /**
   * No deferred turns yet.
   *
   * @param nanoTime the time, as {@link System#nanoTime} counts it
   */
  DeferredTurns(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Adds a client that is not deferred. */
  void add(DeferredTurn client) {
    DeferredTurn before = last;
    if (before == null) {
      first = client;
    } else {
      before.next = client;
    }
    last = client;
    size++;
  }

  boolean isEmpty() {
    return first == null;
  }

  /** Gives each queued client a turn, but begins no turn after a slice of time has passed. */
  void work() {
    long start = first == null ? 0 : nanoTime.getAsLong();
    for (int left = size; left > 0; left--) {
      DeferredTurn client = first;
      if (client == null) {
        return;
      }
      first = client.next;
      client.next = null;
      if (first == null) {
        last = null;
      }
      size--;
      client.takeTurn();
      if (nanoTime.getAsLong() - start > SLICE_NANOS) {
        return;
      }
    }
  }
}
