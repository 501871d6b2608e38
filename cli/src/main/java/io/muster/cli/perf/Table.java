package io.muster.cli.perf;

import java.util.List;
import java.util.Locale;

/** The lines of a table with the columns of nccl-tests, for out-of-place calls. */
public final class Table {
  private static final String HEAD = "#%11s  %12s  %6s  %6s  %6s  %9s  %7s  %7s  %6s";

  private final Plan plan;

  /** Creates a table for a plan. */
  public Table(Plan plan) {
    this.plan = plan;
  }

  /** The lines above the rows. */
  public List<String> head(int worldSize) {
    return List.of(
        String.format(
            Locale.ROOT,
            "# muster perf: %s of %d rank%s",
            plan.collective(),
            worldSize,
            worldSize == 1 ? "" : "s"),
        "#",
        String.format(
            Locale.ROOT,
            HEAD,
            "size",
            "count",
            "type",
            "redop",
            "root",
            "time",
            "algbw",
            "busbw",
            "#wrong"),
        String.format(
                Locale.ROOT, HEAD, "(B)", "(elements)", "", "", "", "(us)", "(GB/s)", "(GB/s)", "")
            .stripTrailing());
  }

  /** The row of one size. */
  public String row(Measurement measurement) {
    return String.format(
        Locale.ROOT,
        "%12d  %12d  %6s  %6s  %6d  %9.2f  %7.3f  %7.3f  %6s",
        measurement.size().bytes(),
        measurement.size().count(),
        plan.typeName(),
        plan.reductionName(),
        plan.rootIfAny().orElse(-1),
        measurement.micros(),
        measurement.algorithmGigabytes(),
        measurement.busGigabytes(),
        measurement.wrong().isPresent() ? Long.toString(measurement.wrong().getAsLong()) : "N/A");
  }

  /** The lines below the rows. */
  public List<String> foot(Summary summary) {
    return List.of(
        "# wrong elements: "
            + (plan.check() ? Long.toString(summary.wrong()) : "not checked (see --check)"),
        String.format(
            Locale.ROOT, "# average bus bandwidth: %.3f GB/s", summary.averageBusGigabytes()));
  }
}
