package io.muster.bench.targets;

import io.muster.bench.Chart;
import io.muster.bench.Figure;
import io.muster.bench.Machine;
import io.muster.bench.Page;
import io.muster.bench.targets.Target.Measure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Sets the figures of several runs beside what they ought to be. */
public final class TargetsReport {
  private static final String USAGE = "usage: targets DIRECTORY-OF-FIGURES PAGE";

  private final Map<String, Figure> figures;

  private TargetsReport(List<Figure> figures) {
    this.figures = figures.stream().collect(Collectors.toMap(Figure::name, Function.identity()));
  }

  /** Writes the page, and beside it a chart of all ratios that have a target. */
  public static void main(String... args) throws IOException {
    if (args.length != 2) {
      throw new IllegalArgumentException(USAGE);
    }
    TargetsReport report = new TargetsReport(Figure.read(Path.of(args[0])));
    Path page = Path.of(args[1]);
    String chart = page.getFileName().toString().replaceFirst("\\.md$", "") + ".svg";
    Files.writeString(page, report.text(chart));
    report.drawChart(page.resolveSibling(chart));
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

  private String text(String chart) throws IOException {
    List<Target> measured = measured();
    return Page.of("targets.md")
        .with("machine", Machine.describe())
        .with("reached", measured.stream().filter(this::isReached).count())
        .with("targets", measured.size())
        .with("chart", chart)
        .with("table", measured.stream().map(this::row).collect(Collectors.joining("\n")))
        .text();
  }

  private String row(Target target) {
    Figure figure = figure(target);
    String ratio =
        Double.isNaN(figure.ratio())
            ? "–"
            : String.format(
                Locale.ROOT, "%.2f (%.2f–%.2f)", figure.ratio(), figure.min(), figure.max());
    String most = String.format(Locale.ROOT, target.most() < 100 ? "%.2f" : "%,.0f", target.most());
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %s | %s | %s |",
        figure.name(),
        figure.pyTorch(),
        figure.muster(),
        ratio,
        target.measure() == Measure.MUSTER ? most + "*" : most,
        isReached(target) ? "yes" : "**no**");
  }

  private void drawChart(Path file) throws IOException {
    List<Target> ratios =
        measured().stream().filter(target -> target.measure() == Measure.RATIO).toList();
    Chart.drawRatios(
        file,
        "Muster to PyTorch",
        ratios.stream().map(Target::figure).toList(),
        ratios.stream().map(target -> figure(target).ratio()).toList(),
        ratios.stream().map(Target::most).toList());
  }
}
