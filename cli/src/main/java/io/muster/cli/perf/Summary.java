package io.muster.cli.perf;

import java.util.List;

/** All sizes of a run together. */
public record Summary(List<Measurement> measurements) {
  /** How many elements were wrong, of those that were compared. */
  public long wrong() {
    return measurements.stream().mapToLong(one -> one.wrong().orElse(0)).sum();
  }

  /** The mean over sizes. */
  double averageBusGigabytes() {
    return measurements.stream().mapToDouble(Measurement::busGigabytes).average().orElse(0);
  }
}
