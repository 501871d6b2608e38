package io.muster.bench;

import io.muster.bench.Target.Measure;
import io.muster.bench.chart.BarChart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Sets the figures of several runs beside what they ought to be. */
public final class Overview {
  private static final String USAGE = "usage: overview DIRECTORY-OF-FIGURES REPORT";

  private final Map<String, Figure> figures;

  private Overview(List<Figure> figures) {
    this.figures = figures.stream().collect(Collectors.toMap(Figure::name, Function.identity()));
  }

  /** Writes the report, and beside it a chart of all ratios that have a target. */
  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      throw new IllegalArgumentException(USAGE);
    }
    Overview overview = new Overview(Figure.read(Path.of(args[0])));
    Path report = Path.of(args[1]);
    String chart = report.getFileName().toString().replaceFirst("\\.md$", "") + ".svg";
    Files.writeString(report, overview.report(chart));
    overview.writeChart(report.resolveSibling(chart));
  }

  private List<Target> measured() {
    return Target.all().stream().filter(target -> figures.containsKey(target.figure())).toList();
  }

  private Figure figure(Target target) {
    Figure figure = figures.get(target.figure());
    if (figure == null) {
      throw new IllegalStateException("nothing is known of " + target.figure());
    }
    return figure;
  }

  private boolean isReached(Target target) {
    return target.of(figure(target)) <= target.most();
  }

  private String report(String chart) throws IOException {
    List<Target> measured = measured();
    long reached = measured.stream().filter(this::isReached).count();
    StringBuilder out =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                """
            # Benchmarks

            Muster beside PyTorch 2.10's own C++, and what Muster wants to reach. Written by
            `bench/run all`, which runs the benchmarks of
            [stores](benchmarks-stores.md), [crowds](benchmarks-crowds.md), [files](benchmarks-file.md),
            [collectives](benchmarks-collectives.md) and the [start](benchmarks-start.md), one after the
            other. Each of their pages says how its figures came about.

            %s

            A ratio is Muster's figure divided by PyTorch's, taken within each round of a run, in which both
            took turns; below 1 Muster needs less. Figures are medians, with the least and the greatest of
            the rounds in brackets. A target is for the ratio, or, marked with *, for Muster's figure.
            %d of %d targets are reached; [what is not](benchmarks-missed.md) has its reasons.

            ![Ratios to PyTorch](%s)

            | what | PyTorch | Muster | ratio | target | reached |
            |---|---:|---:|---:|---:|---|
            """,
                Machine.describe(),
                reached,
                measured.size(),
                chart));
    for (Target target : measured) {
      Figure figure = figure(target);
      out.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %s | %s | %s |%n",
              figure.name(),
              figure.pyTorch(),
              figure.muster(),
              Double.isNaN(figure.ratio())
                  ? "–"
                  : String.format(
                      Locale.ROOT,
                      "%.2f (%.2f–%.2f)",
                      figure.ratio(),
                      figure.least(),
                      figure.greatest()),
              target(target),
              isReached(target) ? "yes" : "**no**"));
    }
    return out.toString();
  }

  private static String target(Target target) {
    String most =
        target.most() < 100
            ? String.format(Locale.ROOT, "%.2f", target.most())
            : String.format(Locale.ROOT, "%,.0f", target.most());
    return target.measure() == Measure.MUSTER ? most + "*" : most;
  }

  private void writeChart(Path path) throws IOException {
    BarChart chart = new BarChart("Muster to PyTorch", "ratio, the less the better").logX();
    for (Target target : measured()) {
      Figure figure = figure(target);
      if (target.measure() == Measure.RATIO) {
        chart.bar(
            target.figure(), figure.ratio(), figure.least(), figure.greatest(), target.most());
      }
    }
    chart.writeTo(path);
  }
}
