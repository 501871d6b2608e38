package io.muster.cli.perf;

import java.util.OptionalLong;

/**
 * A size that was measured.
 *
 * @param micros what one call took, in microseconds: the mean, on the slowest rank
 * @param busFactor see {@link Collective#busFactor}
 * @param wrong how many elements were wrong on all ranks, if they were compared
 */
public record Measurement(Size size, double micros, double busFactor, OptionalLong wrong) {
  /** Bytes of the size in a second, in units of 10^9. */
  double algorithmGigabytes() {
    return size.bytes() / (micros * 1e3);
  }

  /** The same for the busiest link. */
  double busGigabytes() {
    return algorithmGigabytes() * busFactor;
  }
}
