package io.muster.store;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * The moment at which a blocking call gives up. An immutable value. The call passes it to the calls
 * it makes, so that all of them together stay within the timeout.
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
   * Returns a deadline that is {@code timeout} from now.
   *
   * @throws IllegalArgumentException if {@code timeout} is negative
   */
  public static Deadline after(Duration timeout) {
    return new Deadline(requireNotNegative(timeout));
  }

  /**
   * Returns a timeout that a caller has given. Zero is allowed: the call then gives up unless it is
   * done at once.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public static Duration requireNotNegative(Duration timeout) {
    if (requireNonNull(timeout, "timeout").isNegative()) {
      throw new IllegalArgumentException("timeout must not be negative but was " + timeout);
    }
    return timeout;
  }

  /** The timeout of the whole call. */
  public Duration timeout() {
    return timeout;
  }

  /** The remaining nanoseconds; zero or less once the deadline has passed. */
  public long remainingNanos() {
    return nanos == Long.MAX_VALUE ? nanos : nanos - (System.nanoTime() - start);
  }

  /** The remaining time; zero once the deadline has passed. */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, remainingNanos()));
  }

  /** Whether the deadline has passed. */
  public boolean hasPassed() {
    return remainingNanos() <= 0;
  }

  /**
   * Converts a timeout to nanoseconds; {@link Long#MAX_VALUE}, which means no limit, if it is
   * longer.
   */
  static long nanos(Duration timeout) {
    try {
      return timeout.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }
}
