package io.muster.store.internal.serving;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * What the event loop does when it has looked after everybody who is ready: the further turns of
 * those who ask for much, and the ends of those who have gone. A little at a time, so that neither
 * a long reply nor the end of thousands holds up a request.
 */
final class Backlog {
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Queue<Runnable> work = new ArrayDeque<>();

  void add(Runnable piece) {
    work.add(piece);
  }

  boolean isEmpty() {
    return work.isEmpty();
  }

  /** Does what is there, but begins nothing after a slice of time. */
  void work() {
    long start = work.isEmpty() ? 0 : System.nanoTime();
    for (int left = work.size(); left > 0; left--) {
      work.remove().run();
      if (System.nanoTime() - start > SLICE_NANOS) {
        return;
      }
    }
  }
}
