package io.muster.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What one run found out about one thing.
 *
 * @param name what was measured, with its unit
 * @param pyTorch PyTorch's median and spread, as text
 * @param muster Muster's median and spread, as text
 * @param musterMedian Muster's median
 * @param ratio the median of the rounds' ratios of Muster's figure to PyTorch's; not a number
 *     without PyTorch's
 * @param min the minimum of these ratios
 * @param max the maximum of these ratios
 */
public record Figure(
    String name,
    String pyTorch,
    String muster,
    double musterMedian,
    double ratio,
    double min,
    double max) {

  /** A figure of all rounds; PyTorch may have none. */
  static Figure of(String name, Samples pyTorch, Samples muster) {
    Samples ratio = muster.over(pyTorch);
    return new Figure(
        name,
        pyTorch.toString(),
        muster.toString(),
        muster.median(),
        ratio.median(),
        ratio.min(),
        ratio.max());
  }

  String toLine() {
    return String.join(
        "\t",
        name,
        pyTorch,
        muster,
        Double.toString(musterMedian),
        Double.toString(ratio),
        Double.toString(min),
        Double.toString(max));
  }

  /** The figures of all runs that have left some in a directory. */
  public static List<Figure> read(Path directory) throws IOException {
    List<Figure> figures = new ArrayList<>();
    try (var files = Files.list(directory)) {
      for (Path file : files.sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          figures.add(parse(line.split("\t", -1)));
        }
      }
    }
    return figures;
  }

  private static Figure parse(String... fields) {
    return new Figure(
        fields[0],
        fields[1],
        fields[2],
        Double.parseDouble(fields[3]),
        Double.parseDouble(fields[4]),
        Double.parseDouble(fields[5]),
        Double.parseDouble(fields[6]));
  }
}
