package io.muster.cli.perf;

import java.util.List;

/** The measurements of all sizes of a run. */
public record Summary(List<Measurement> measurements) {
  /** The number of wrong elements among those that were checked. */
  public long wrong() {
    return measurements.stream().mapToLong(one -> one.wrong().orElse(0)).sum();
  }

  /** The mean over all sizes. */
  double averageBusGigabytes() {
    return measurements.stream().mapToDouble(Measurement::busGigabytes).average().orElse(0);
  }
}
