package io.muster.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.stream.Collectors;

/** One figure of each round. */
public final class Samples {
  private final List<Double> figures = new ArrayList<>();

  public void add(double figure) {
    figures.add(figure);
  }

  /** Passes the figures to a consumer, in the order of the rounds. */
  void forEach(DoubleConsumer consumer) {
    figures.forEach(consumer::accept);
  }

  /** The figures in the order of the rounds, with tabs between them. */
  String toLine() {
    return figures.stream().map(String::valueOf).collect(Collectors.joining("\t"));
  }

  /** The number of figures. */
  public int count() {
    return figures.size();
  }

  /** The median, or NaN if there are no figures. */
  public double median() {
    if (figures.isEmpty()) {
      return Double.NaN;
    }
    List<Double> sorted = figures.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  public double min() {
    return figures.stream().mapToDouble(f -> f).min().orElse(Double.NaN);
  }

  public double max() {
    return figures.stream().mapToDouble(f -> f).max().orElse(Double.NaN);
  }

  /** Divides each figure by the base's figure of the same round. Other rounds are left out. */
  public Samples over(Samples base) {
    Samples ratios = new Samples();
    for (int i = 0; i < Math.min(figures.size(), base.figures.size()); i++) {
      ratios.add(figures.get(i) / base.figures.get(i));
    }
    return ratios;
  }

  /** The median, with minimum and maximum in brackets; a dash if there are no figures. */
  @Override
  public String toString() {
    if (figures.isEmpty()) {
      return "–";
    }
    return text(median()) + " (" + text(min()) + "–" + text(max()) + ")";
  }

  private static String text(double figure) {
    int decimals = figure < 10 ? 2 : figure < 100 ? 1 : 0;
    return Text.format("%,." + decimals + "f", figure);
  }
}
