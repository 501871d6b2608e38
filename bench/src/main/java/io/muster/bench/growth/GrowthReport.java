package io.muster.bench.growth;

import static io.muster.bench.SideBySide.MUSTER;
import static io.muster.bench.SideBySide.PYTORCH;

import io.muster.bench.Chart;
import io.muster.bench.Page;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** The page about how servers grow with their clients. */
final class GrowthReport {
  private static final int FITTED_SIZES = 4;

  private static final List<Quantity> QUANTITIES =
      List.of(
          new Quantity("join", Phase.JOIN.elapsed(), "milliseconds until the last has joined"),
          new Quantity("wake", Phase.WAKE.elapsed(), "milliseconds until the last has woken"),
          new Quantity("memory", Measurements.MEMORY, "MiB above the empty server"));

  private final Measurements medians;
  private final Map<String, Integer> failures;
  private final List<Integer> sizes;

  /** What is plotted, in a file of its name. */
  private record Quantity(String name, String figure, String axis) {}

  /**
   * A report.
   *
   * @param failures how many rounds failed, by the side followed by the number of clients
   */
  GrowthReport(Measurements medians, Map<String, Integer> failures, List<Integer> sizes) {
    this.medians = medians;
    this.failures = failures;
    this.sizes = sizes;
  }

  String text(Page page) {
    List<Integer> fitted = fittedSizes();
    return page.with("table", table())
        .with("fitted sizes", fitted.size())
        .with("least fitted", String.format(Locale.ROOT, "%,d", fitted.get(0)))
        .with("most fitted", String.format(Locale.ROOT, "%,d", fitted.get(fitted.size() - 1)))
        .with("powers", powers(fitted))
        .text();
  }

  private List<Integer> fittedSizes() {
    return sizes.subList(Math.max(0, sizes.size() - FITTED_SIZES), sizes.size());
  }

  private String table() {
    StringBuilder table = new StringBuilder("| clients |");
    for (Quantity quantity : QUANTITIES) {
      table.append(' ').append(quantity.figure).append(": PyTorch | Muster | ratio |");
    }
    table.append(" failed rounds: PyTorch | Muster |\n|---:|");
    table.append("---:|".repeat(3 * QUANTITIES.size() + 2));
    for (int clients : sizes) {
      table.append(String.format(Locale.ROOT, "\n| %,d |", clients));
      for (Quantity quantity : QUANTITIES) {
        double pyTorch = figure(PYTORCH, clients, quantity);
        double muster = figure(MUSTER, clients, quantity);
        table.append(
            String.format(
                Locale.ROOT,
                " %s | %s | %s |",
                text(pyTorch),
                text(muster),
                number("**%.2f**", muster / pyTorch)));
      }
      for (String side : List.of(PYTORCH, MUSTER)) {
        table.append(' ').append(failures.getOrDefault(side + clients, 0)).append(" |");
      }
    }
    return table.toString();
  }

  private String powers(List<Integer> fitted) {
    StringBuilder table = new StringBuilder("| | PyTorch | Muster | plot |\n|---|---:|---:|---|");
    for (Quantity quantity : QUANTITIES) {
      table.append(
          String.format(
              Locale.ROOT,
              "\n| %s | %s | %s | [growth-%4$s.svg](growth-%4$s.svg) |",
              quantity.figure,
              number("%.2f", exponent(points(PYTORCH, quantity, fitted))),
              number("%.2f", exponent(points(MUSTER, quantity, fitted))),
              quantity.name));
    }
    return table.toString();
  }

  /**
   * The power with which points grow: the slope of the line through their logarithms that has the
   * least squares. Points at 0 or below are left out.
   *
   * @return not a number if fewer than two points are left
   */
  static double exponent(Map<Double, Double> points) {
    List<double[]> logarithms =
        points.entrySet().stream()
            .filter(point -> point.getKey() > 0 && point.getValue() > 0)
            .map(point -> new double[] {Math.log(point.getKey()), Math.log(point.getValue())})
            .toList();
    double x = logarithms.stream().mapToDouble(point -> point[0]).average().orElse(Double.NaN);
    double y = logarithms.stream().mapToDouble(point -> point[1]).average().orElse(Double.NaN);
    double products = 0;
    double squares = 0;
    for (double[] point : logarithms) {
      products += (point[0] - x) * (point[1] - y);
      squares += (point[0] - x) * (point[0] - x);
    }
    return products / squares;
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

  private Map<Double, Double> points(String side, Quantity quantity, List<Integer> ofSizes) {
    Map<Double, Double> points = new LinkedHashMap<>();
    for (int clients : ofSizes) {
      OptionalDouble figure = medians.find(side, clients, quantity.figure);
      figure.ifPresent(found -> points.put((double) clients, found));
    }
    return points;
  }

  private double figure(String side, int clients, Quantity quantity) {
    return medians.find(side, clients, quantity.figure).orElse(Double.NaN);
  }

  private static String text(double figure) {
    return number(figure < 100 ? "%.1f" : "%,.0f", figure);
  }

  private static String number(String format, double number) {
    return Double.isFinite(number) ? String.format(Locale.ROOT, format, number) : "–";
  }
}
