package io.muster.store;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * The moment a blocking call gives up. A value: it is passed on to what the call calls, so that all
 * of it together keeps to the timeout.
 */
public final class Deadline {
  private final Duration timeout;
  private final long start = System.nanoTime();
  private final long nanos;

  private Deadline(Duration timeout) {
    this.timeout = timeout;
    this.nanos = nanos(timeout);
  }

  /**
   * A deadline that begins to run now.
   *
   * @throws IllegalArgumentException if {@code timeout} is negative
   */
  public static Deadline after(Duration timeout) {
    return new Deadline(requireNotNegative(timeout));
  }

  static Duration requireNotNegative(Duration timeout) {
    if (requireNonNull(timeout, "timeout").isNegative()) {
      throw new IllegalArgumentException("timeout must not be negative but was " + timeout);
    }
    return timeout;
  }

  /** What the call was given in all. */
  public Duration timeout() {
    return timeout;
  }

  /** The nanoseconds left, not above 0 once the deadline has passed. */
  public long remainingNanos() {
    return nanos == Long.MAX_VALUE ? nanos : nanos - (System.nanoTime() - start);
  }

  /** What is left, zero once the deadline has passed. */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, remainingNanos()));
  }

  /** Whether nothing is left. */
  public boolean hasPassed() {
    return remainingNanos() <= 0;
  }

  /** A timeout in nanoseconds; {@link Long#MAX_VALUE}, which means no limit, if it is longer. */
  static long nanos(Duration timeout) {
    try {
      return timeout.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }
}
