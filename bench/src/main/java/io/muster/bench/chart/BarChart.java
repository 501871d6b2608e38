package io.muster.bench.chart;

import io.muster.bench.chart.Svg.Anchor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/**
 * Ratios as horizontal bars below each other, with how far each spread. Less is better: a bar above
 * its target, or above 1 if it has none, is of another colour.
 */
public final class BarChart {
  private static final double WIDTH = 800;
  private static final double RIGHT = WIDTH - 84;
  private static final double TOP = 48;
  private static final double ROW = 26;
  private static final double BAR = 14;
  private static final String GOOD = Svg.COLOURS.get(0);
  private static final String BAD = Svg.COLOURS.get(1);
  private static final String TARGET = Svg.COLOURS.get(2);

  private final String title;
  private final String label;
  private final List<Bar> bars = new ArrayList<>();
  private boolean logX;

  private record Bar(
      String name, double ratio, double least, double greatest, OptionalDouble target) {
    String colour() {
      return ratio <= target.orElse(1) ? GOOD : BAD;
    }

    DoubleStream figures() {
      return DoubleStream.concat(DoubleStream.of(ratio, least, greatest), target.stream());
    }
  }

  /** A chart without bars, whose axis stands for what {@code label} says. */
  public BarChart(String title, String label) {
    this.title = title;
    this.label = label;
  }

  /** Makes the axis logarithmic, so that half and double are equally far from 1. */
  public BarChart logX() {
    logX = true;
    return this;
  }

  /** Adds a bar of a ratio that was between {@code least} and {@code greatest}, all above 0. */
  public BarChart bar(String name, double ratio, double least, double greatest) {
    return add(new Bar(name, ratio, least, greatest, OptionalDouble.empty()));
  }

  /** Adds a bar of a ratio that ought to be at most {@code target}. */
  public BarChart bar(String name, double ratio, double least, double greatest, double target) {
    return add(new Bar(name, ratio, least, greatest, OptionalDouble.of(target)));
  }

  private BarChart add(Bar bar) {
    if (!bar.figures().allMatch(figure -> figure > 0 && Double.isFinite(figure))) {
      throw new IllegalArgumentException("not ratios above 0: " + bar);
    }
    bars.add(bar);
    return this;
  }

  /** Writes the picture as SVG. */
  public void writeTo(Path path) throws IOException {
    Files.writeString(path, svg());
  }

  String svg() {
    double left = 32 + bars.stream().mapToDouble(bar -> Svg.widthOf(bar.name())).max().orElse(0);
    double bottom = TOP + ROW * bars.size();
    Scale scale = scale(left);
    Svg svg = new Svg(WIDTH, bottom + 88, title);
    for (double mark : scale.marks()) {
      svg.line(scale.pixel(mark), TOP, scale.pixel(mark), bottom, Svg.PALE, 1);
      svg.text(scale.pixel(mark), bottom + 18, Anchor.MIDDLE, scale.text(mark));
    }
    double middle = TOP + ROW / 2;
    for (Bar bar : bars) {
      draw(svg, bar, middle, left, scale);
      middle += ROW;
    }
    svg.line(scale.pixel(1), TOP - 4, scale.pixel(1), bottom + 4, Svg.INK, 1.5);
    svg.text((left + RIGHT) / 2, bottom + 42, Anchor.MIDDLE, label);
    drawLegend(svg, bottom + 70);
    return svg.toString();
  }

  private Scale scale(double left) {
    double greatest = bars.stream().flatMapToDouble(Bar::figures).max().orElse(1);
    double least = bars.stream().flatMapToDouble(Bar::figures).min().orElse(1);
    return logX
        ? Scale.logarithmic(Math.min(1, least), Math.max(1, greatest), left, RIGHT)
        : Scale.linear(0, Math.max(1, greatest), left, RIGHT);
  }

  private void draw(Svg svg, Bar bar, double middle, double left, Scale scale) {
    double from = logX ? scale.pixel(1) : left;
    double to = scale.pixel(bar.ratio());
    double least = scale.pixel(bar.least());
    double greatest = scale.pixel(bar.greatest());
    svg.begin(bar.name());
    svg.text(left - 10, middle + 4, Anchor.END, bar.name());
    svg.rectangle(Math.min(from, to), middle - BAR / 2, Math.abs(to - from), BAR, bar.colour());
    drawSpread(svg, least, greatest, middle);
    double end = Math.max(Math.max(from, to), greatest);
    if (bar.target().isPresent()) {
      double target = scale.pixel(bar.target().getAsDouble());
      drawTarget(svg, target, middle);
      end = Math.max(end, target);
    }
    svg.text(end + 8, middle + 4, Anchor.START, String.format(Locale.ROOT, "%.2f", bar.ratio()));
    svg.end();
  }

  private static void drawSpread(Svg svg, double least, double greatest, double middle) {
    svg.line(least, middle, greatest, middle, Svg.INK, 1);
    svg.line(least, middle - 4, least, middle + 4, Svg.INK, 1);
    svg.line(greatest, middle - 4, greatest, middle + 4, Svg.INK, 1);
  }

  private static void drawTarget(Svg svg, double x, double middle) {
    svg.line(x, middle - BAR / 2 - 4, x, middle + BAR / 2 + 4, TARGET, 3);
  }

  private void drawLegend(Svg svg, double y) {
    boolean targets = bars.stream().anyMatch(bar -> bar.target().isPresent());
    double x = 16;
    svg.rectangle(x, y - 10, 20, 12, GOOD);
    x = legendText(svg, x + 28, y, targets ? "target met" : "at most 1");
    svg.rectangle(x, y - 10, 20, 12, BAD);
    x = legendText(svg, x + 28, y, targets ? "target missed" : "above 1");
    drawSpread(svg, x, x + 20, y - 4);
    x = legendText(svg, x + 28, y, "least to greatest");
    if (targets) {
      drawTarget(svg, x + 8, y - 4);
      legendText(svg, x + 20, y, "target (1 where none is drawn)");
    }
  }

  private static double legendText(Svg svg, double x, double y, String text) {
    svg.text(x, y, Anchor.START, text);
    return x + Svg.widthOf(text) + 16;
  }
}
