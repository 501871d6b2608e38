package io.muster.rpc.internal.engine;

import java.time.Duration;

/** Converts durations to nanoseconds. */
final class Nanos {
  private Nanos() {}

  /** The nanoseconds of a duration; {@link Long#MAX_VALUE}, about 292 years, if it is longer. */
  static long of(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }
}
