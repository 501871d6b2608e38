package io.muster.bench;

import io.muster.bench.chart.Point;
import java.util.List;

/** How a figure grows: as which power of what it depends on. */
final class PowerLaw {
  private PowerLaw() {}

  /**
   * The slope of the line through the logarithms that has the least squares. Points at 0 or below
   * are left out.
   *
   * @return not a number if fewer than two points, of different x, are left
   */
  static double exponent(List<Point> points) {
    List<Point> logarithms =
        points.stream()
            .filter(point -> point.x() > 0 && point.y() > 0)
            .map(point -> new Point(Math.log(point.x()), Math.log(point.y())))
            .toList();
    double x = logarithms.stream().mapToDouble(Point::x).average().orElse(Double.NaN);
    double y = logarithms.stream().mapToDouble(Point::y).average().orElse(Double.NaN);
    double products = 0;
    double squares = 0;
    for (Point point : logarithms) {
      products += (point.x() - x) * (point.y() - y);
      squares += (point.x() - x) * (point.x() - x);
    }
    return products / squares;
  }
}
