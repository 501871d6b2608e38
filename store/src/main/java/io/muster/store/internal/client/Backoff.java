package io.muster.store.internal.client;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Increasing, randomized pauses between attempts. The randomness keeps thousands of clients from
 * retrying at the same moment.
 */
final class Backoff {
  private static final double GROWTH = 1.5;
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(2);

  private long nanos = TimeUnit.MILLISECONDS.toNanos(20);

  /** Returns the next pause: 50 % to 150 % of an interval that grows. */
  long nextNanos() {
    long pause = (long) (nanos * ThreadLocalRandom.current().nextDouble(0.5, 1.5));
    nanos = Math.min(MAX_NANOS, (long) (nanos * GROWTH));
    return pause;
  }
}
