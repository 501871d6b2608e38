package io.muster.bench.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The figures along an axis, and the pixels they are drawn at. It begins and ends at 1, 2 or 5
 * times a power of ten or, if it is linear, at a multiple of that; so are its marks.
 */
final class Scale {
  private static final int STEPS = 6;
  private static final int MOST_DECADES_WITH_MARKS_INSIDE = 3;

  private final boolean logarithmic;
  private final List<Double> rounds;
  private final double firstPixel;
  private final double lastPixel;

  private Scale(boolean logarithmic, List<Double> rounds, double firstPixel, double lastPixel) {
    this.logarithmic = logarithmic;
    this.rounds = rounds;
    this.firstPixel = firstPixel;
    this.lastPixel = lastPixel;
  }

  /** A scale on which equal distances are equal differences. */
  static Scale linear(double least, double greatest, double firstPixel, double lastPixel) {
    double step = step((greatest > least ? greatest - least : 1) / STEPS);
    List<Double> rounds = new ArrayList<>();
    long round = (long) Math.floor(least / step);
    do {
      rounds.add(round * step);
    } while (round++ * step < greatest || rounds.size() < 2);
    return new Scale(false, rounds, firstPixel, lastPixel);
  }

  /** The least round number that is not less. */
  private static double step(double atLeast) {
    double decade = Math.pow(10, Math.floor(Math.log10(atLeast)));
    for (int times : new int[] {1, 2, 5}) {
      if (times * decade >= atLeast) {
        return times * decade;
      }
    }
    return 10 * decade;
  }

  /** A scale on which equal distances are equal ratios. Figures are above 0. */
  static Scale logarithmic(double least, double greatest, double firstPixel, double lastPixel) {
    List<Double> rounds = new ArrayList<>();
    for (int exponent = (int) Math.floor(Math.log10(least)); ; exponent++) {
      for (int times : new int[] {1, 2, 5}) {
        double round = times * Math.pow(10, exponent);
        if (round <= least) {
          rounds.clear();
        }
        rounds.add(round);
        if (round >= greatest && rounds.size() >= 2) {
          return new Scale(true, rounds, firstPixel, lastPixel);
        }
      }
    }
  }

  /** Figures to draw a line at and to name. */
  List<Double> marks() {
    boolean crowded =
        logarithmic && last() / first() > Math.pow(10, MOST_DECADES_WITH_MARKS_INSIDE);
    return crowded ? rounds.stream().filter(Scale::isPowerOfTen).toList() : rounds;
  }

  private static boolean isPowerOfTen(double figure) {
    double exponent = Math.log10(figure);
    return Math.abs(exponent - Math.rint(exponent)) < 1e-9;
  }

  double pixel(double figure) {
    double from = position(first());
    double to = position(last());
    return firstPixel + (position(figure) - from) / (to - from) * (lastPixel - firstPixel);
  }

  private double first() {
    return rounds.get(0);
  }

  private double last() {
    return rounds.get(rounds.size() - 1);
  }

  private double position(double figure) {
    return logarithmic ? Math.log10(figure) : figure;
  }

  /** A mark as text, with as many decimals as it, or the distance of marks, asks for. */
  String text(double mark) {
    double precision = logarithmic ? mark : rounds.get(1) - rounds.get(0);
    // A little more, since a power of ten may be a little less than its logarithm says.
    int decimals = (int) Math.max(0, -Math.floor(Math.log10(precision) + 1e-9));
    return String.format(Locale.ROOT, "%,." + decimals + "f", mark);
  }
}
