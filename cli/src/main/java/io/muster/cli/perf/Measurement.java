package io.muster.cli.perf;

import java.util.OptionalLong;

/**
 * The measurement of one size.
 *
 * @param micros the mean time of one call on the slowest rank, in microseconds
 * @param busFactor see {@link Collective#busFactor}
 * @param wrong the number of wrong elements on all ranks, if results were checked
 */
public record Measurement(Size size, double micros, double busFactor, OptionalLong wrong) {
  /** The algorithm bandwidth, in 10^9 bytes per second. */
  double algorithmGigabytes() {
    return size.bytes() / (micros * 1e3);
  }

  /** The bus bandwidth, in 10^9 bytes per second. */
  double busGigabytes() {
    return algorithmGigabytes() * busFactor;
  }
}
