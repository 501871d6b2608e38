package io.muster.bench.growth;

import static io.muster.bench.SideBySide.MUSTER;
import static io.muster.bench.SideBySide.PYTORCH;

import io.muster.bench.Chart;
import io.muster.bench.Page;
import io.muster.bench.Results;
import io.muster.bench.Table;
import io.muster.bench.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.stat.regression.SimpleRegression;

/**
 * The page about how servers grow with their clients.
 *
 * @param results the figures of all numbers of clients; a round without them has failed
 * @param rounds how many rounds there were
 * @param sizes the numbers of clients
 */
record GrowthReport(Results results, int rounds, List<Integer> sizes) {
  private static final int FITTED_SIZES = 4;

  private static final List<Quantity> QUANTITIES =
      List.of(
          new Quantity("join", Phase.JOIN.elapsed(), "milliseconds until the last has joined"),
          new Quantity("wake", Phase.WAKE.elapsed(), "milliseconds until the last has woken"),
          new Quantity("memory", Phase.MEMORY, "MiB above the empty server"));

  /** What is plotted, in a file of its name. */
  private record Quantity(String name, String figure, String axis) {}

  String text(Page page) {
    List<Integer> fitted = sizes.subList(Math.max(0, sizes.size() - FITTED_SIZES), sizes.size());
    return page.with("table", table())
        .with("fitted sizes", fitted.size())
        .with("least fitted", Text.format("%,d", fitted.get(0)))
        .with("most fitted", Text.format("%,d", fitted.get(fitted.size() - 1)))
        .with("powers", powers(fitted))
        .text();
  }

  private Table table() {
    List<String> headings = new ArrayList<>(List.of("clients"));
    QUANTITIES.forEach(
        quantity -> headings.addAll(List.of(quantity.figure + ": PyTorch", "Muster", "ratio")));
    headings.addAll(List.of("failed rounds: PyTorch", "Muster"));
    Table table = Table.of(headings);
    for (int clients : sizes) {
      List<String> cells = new ArrayList<>(List.of(Text.format("%,d", clients)));
      for (Quantity quantity : QUANTITIES) {
        double pyTorch = median(PYTORCH, quantity, clients);
        double muster = median(MUSTER, quantity, clients);
        cells.add(text(pyTorch));
        cells.add(text(muster));
        cells.add(Text.orDash("**%.2f**", muster / pyTorch));
      }
      String joined = Phase.with(clients, Phase.JOIN.elapsed());
      cells.add(String.valueOf(rounds - results.of(joined, PYTORCH).count()));
      cells.add(String.valueOf(rounds - results.of(joined, MUSTER).count()));
      table.row(cells);
    }
    return table;
  }

  private Table powers(List<Integer> fitted) {
    Table table = Table.of(List.of("", "PyTorch", "Muster", "plot"));
    for (Quantity quantity : QUANTITIES) {
      table.row(
          "| %s | %s | %s | [growth-%4$s.svg](growth-%4$s.svg) |",
          quantity.figure,
          Text.orDash("%.2f", exponent(points(PYTORCH, quantity, fitted))),
          Text.orDash("%.2f", exponent(points(MUSTER, quantity, fitted))),
          quantity.name);
    }
    return table;
  }

  /**
   * The power with which points grow: the slope of the line through their logarithms that has the
   * least squares. Points at 0 or below are left out.
   *
   * @return not a number if fewer than two points are left
   */
  static double exponent(Map<Double, Double> points) {
    SimpleRegression line = new SimpleRegression();
    points.forEach(
        (x, y) -> {
          if (x > 0 && y > 0) {
            line.addData(Math.log(x), Math.log(y));
          }
        });
    return line.getSlope();
  }

  /** Draws each quantity into a file beside another. */
  void drawBeside(Path page) throws IOException {
    for (Quantity quantity : QUANTITIES) {
      Map<String, Map<Double, Double>> series = new LinkedHashMap<>();
      series.put(PYTORCH, points(PYTORCH, quantity, sizes));
      series.put(MUSTER, points(MUSTER, quantity, sizes));
      Chart.drawLines(
          page.resolveSibling("growth-" + quantity.name + ".svg"),
          new Chart.Axes(
              "Growth: " + quantity.figure, "clients of one server", quantity.axis, true, true),
          series);
    }
  }

  /** Medians by numbers of clients; those that are missing are not numbers. */
  private Map<Double, Double> points(String side, Quantity quantity, List<Integer> ofSizes) {
    Map<Double, Double> points = new LinkedHashMap<>();
    ofSizes.forEach(clients -> points.put((double) clients, median(side, quantity, clients)));
    return points;
  }

  private double median(String side, Quantity quantity, int clients) {
    return results.of(Phase.with(clients, quantity.figure), side).median();
  }

  private static String text(double figure) {
    return Text.orDash(figure < 100 ? "%.1f" : "%,.0f", figure);
  }
}
