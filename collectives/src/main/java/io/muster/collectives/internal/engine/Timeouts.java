package io.muster.collectives.internal.engine;

import java.time.Duration;

/** Checks the timeouts that callers give. */
public final class Timeouts {
  private Timeouts() {}

  /**
   * Returns a timeout. Zero is allowed: the operation then fails unless it is done at once.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public static Duration requireNotNegative(Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("timeout must not be negative but was " + timeout);
    }
    return timeout;
  }
}
