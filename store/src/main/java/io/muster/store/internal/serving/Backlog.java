package io.muster.store.internal.serving;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The clients an event loop turns to when it has looked after everybody who is ready: those who ask
 * for much, for their further turns, and those who have gone, for their ends. A little at a time,
 * so that neither a long reply nor the end of thousands holds up a request.
 *
 * <p>The clients themselves are linked, so that adding one needs no memory.
 */
final class Backlog {
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private @Nullable Conversation first;
  private @Nullable Conversation last;
  private int size;

  /** Adds a client that is not in the backlog. */
  void add(Conversation client) {
    Conversation before = last;
    if (before == null) {
      first = client;
    } else {
      before.followingInBacklog = client;
    }
    last = client;
    size++;
  }

  boolean isEmpty() {
    return first == null;
  }

  /** Gives those who are there their turns, but begins none after a slice of time. */
  void work() {
    long start = first == null ? 0 : System.nanoTime();
    for (int left = size; left > 0; left--) {
      Conversation client = first;
      if (client == null) {
        return;
      }
      first = client.followingInBacklog;
      client.followingInBacklog = null;
      if (first == null) {
        last = null;
      }
      size--;
      client.takeTurn();
      if (System.nanoTime() - start > SLICE_NANOS) {
        return;
      }
    }
  }
}
