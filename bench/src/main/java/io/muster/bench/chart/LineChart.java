package io.muster.bench.chart;

import io.muster.bench.chart.Svg.Anchor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/** Series of figures as lines over one axis. A linear y axis begins at 0 or below. */
public final class LineChart {
  private static final double WIDTH = 800;
  private static final double LEFT = 80;
  private static final double RIGHT = WIDTH - 24;
  private static final double FIRST_LEGEND = 50;
  private static final double LEGEND_ROW = 20;
  private static final double SAMPLE = 22;
  private static final double HEIGHT = 260;
  private static final int MOST_POINTS_WITH_DOTS = 40;

  private final String title;
  private final String xLabel;
  private final String yLabel;
  private final Map<String, List<Point>> series = new LinkedHashMap<>();
  private boolean logX;
  private boolean logY;

  public LineChart(String title, String xLabel, String yLabel) {
    this.title = title;
    this.xLabel = xLabel;
    this.yLabel = yLabel;
  }

  /** Makes the x axis logarithmic; points at 0 or below are left out. */
  public LineChart logX() {
    logX = true;
    return this;
  }

  /** Makes the y axis logarithmic; points at 0 or below are left out. */
  public LineChart logY() {
    logY = true;
    return this;
  }

  /** Adds a line from point to point. Points that are not finite are left out. */
  public LineChart series(String name, List<Point> points) {
    series.put(name, List.copyOf(points));
    return this;
  }

  /** Writes the picture as SVG. */
  public void writeTo(Path path) throws IOException {
    Files.writeString(path, svg());
  }

  String svg() {
    List<Point> legend = legend();
    double top = (legend.isEmpty() ? FIRST_LEGEND : legend.get(legend.size() - 1).y()) + 18;
    double bottom = top + HEIGHT;
    Scale x = scale(logX, values(Point::x), LEFT, RIGHT);
    Scale y = scale(logY, DoubleStream.concat(values(Point::y), zero()), bottom, top);
    Svg svg = new Svg(WIDTH, bottom + 56, title);
    for (double mark : x.marks()) {
      svg.line(x.pixel(mark), top, x.pixel(mark), bottom, Svg.PALE, 1);
      svg.text(x.pixel(mark), bottom + 18, Anchor.MIDDLE, x.text(mark));
    }
    for (double mark : y.marks()) {
      svg.line(LEFT, y.pixel(mark), RIGHT, y.pixel(mark), Svg.PALE, 1);
      svg.text(LEFT - 8, y.pixel(mark) + 4, Anchor.END, y.text(mark));
    }
    svg.line(LEFT, bottom, RIGHT, bottom, Svg.INK, 1);
    svg.line(LEFT, top, LEFT, bottom, Svg.INK, 1);
    svg.text((LEFT + RIGHT) / 2, bottom + 42, Anchor.MIDDLE, xLabel);
    svg.upwards(20, (top + bottom) / 2, yLabel);
    Iterator<Point> places = legend.iterator();
    int drawn = 0;
    for (Map.Entry<String, List<Point>> line : series.entrySet()) {
      String colour = Svg.COLOURS.get(drawn++ % Svg.COLOURS.size());
      Point place = places.next();
      svg.begin(line.getKey());
      svg.line(place.x(), place.y() - 4, place.x() + SAMPLE, place.y() - 4, colour, 3);
      svg.text(place.x() + SAMPLE + 6, place.y(), Anchor.START, line.getKey());
      draw(svg, line.getValue(), x, y, colour);
      svg.end();
    }
    return svg.toString();
  }

  /** Where the name of each series begins, in as many rows as they need. */
  private List<Point> legend() {
    List<Point> places = new ArrayList<>();
    double x = LEFT;
    double y = FIRST_LEGEND;
    for (String name : series.keySet()) {
      double width = SAMPLE + 6 + Svg.widthOf(name);
      if (x > LEFT && x + width > RIGHT) {
        x = LEFT;
        y += LEGEND_ROW;
      }
      places.add(new Point(x, y));
      x += width + 20;
    }
    return places;
  }

  private void draw(Svg svg, List<Point> points, Scale x, Scale y, String colour) {
    List<Point> pixels =
        points.stream()
            .filter(this::canBeDrawn)
            .map(point -> new Point(x.pixel(point.x()), y.pixel(point.y())))
            .toList();
    svg.lines(pixels, colour);
    if (pixels.size() <= MOST_POINTS_WITH_DOTS) {
      pixels.forEach(pixel -> svg.dot(pixel.x(), pixel.y(), colour));
    }
  }

  private boolean canBeDrawn(Point point) {
    return Double.isFinite(point.x())
        && Double.isFinite(point.y())
        && (!logX || point.x() > 0)
        && (!logY || point.y() > 0);
  }

  private DoubleStream values(ToDoubleFunction<Point> coordinate) {
    return series.values().stream()
        .flatMap(List::stream)
        .filter(this::canBeDrawn)
        .mapToDouble(coordinate);
  }

  /**
   * Where a linear y axis begins: a line that looks twice as high shall stand for twice as much.
   */
  private DoubleStream zero() {
    return logY ? DoubleStream.empty() : DoubleStream.of(0);
  }

  private static Scale scale(
      boolean logarithmic, DoubleStream figures, double firstPixel, double lastPixel) {
    DoubleSummaryStatistics range = figures.summaryStatistics();
    double least = range.getCount() == 0 ? 1 : range.getMin();
    double greatest = range.getCount() == 0 ? 1 : range.getMax();
    return logarithmic
        ? Scale.logarithmic(least, greatest, firstPixel, lastPixel)
        : Scale.linear(least, greatest, firstPixel, lastPixel);
  }
}
