package io.muster.testing;

import io.muster.fixtures.Background;

/** Whether a thread of a test waits. */
final class Blocked {
  private Blocked() {}

  /** Returns once a thread waits for something. */
  static void await(Thread thread) {
    long start = System.nanoTime();
    while (!Background.isBlocked(thread)) {
      if (!thread.isAlive() || System.nanoTime() - start > Background.PATIENCE.toNanos()) {
        throw new AssertionError(thread + " does not wait but is " + thread.getState());
      }
      Thread.onSpinWait();
    }
  }
}
