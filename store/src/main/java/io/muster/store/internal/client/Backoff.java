package io.muster.store.internal.client;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Growing pauses between attempts, each random, so that thousands of clients do not come back at
 * the same moment.
 */
final class Backoff {
  private static final double GROWTH = 1.5;
  private static final long LONGEST = TimeUnit.SECONDS.toNanos(2);

  private long nanos = TimeUnit.MILLISECONDS.toNanos(20);

  /** The next pause: between half and one and a half of an interval that grows. */
  long nextNanos() {
    long pause = (long) (nanos * ThreadLocalRandom.current().nextDouble(0.5, 1.5));
    nanos = Math.min(LONGEST, (long) (nanos * GROWTH));
    return pause;
  }
}
