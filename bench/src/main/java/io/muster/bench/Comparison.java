package io.muster.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What PyTorch and Muster needed for the same, by what it is called: the less the better. */
final class Comparison {
  private final Map<String, Pair> pairs = new LinkedHashMap<>();

  /** Whose figure it is. */
  enum Of {
    PYTORCH,
    MUSTER
  }

  private static final class Pair {
    private final Samples pyTorch = new Samples();
    private final Samples muster = new Samples();
  }

  /** Adds the figure of one more round. */
  void add(String name, Of whose, double figure) {
    Pair pair = pairs.computeIfAbsent(name, unused -> new Pair());
    (whose == Of.PYTORCH ? pair.pyTorch : pair.muster).add(figure);
  }

  /** A table's rows, each with both medians and the ratio of the rounds. */
  String rows() {
    StringBuilder rows = new StringBuilder();
    pairs.forEach(
        (name, pair) ->
            rows.append(
                "| %s | %s | %s | **%s** |%n"
                    .formatted(name, pair.pyTorch, pair.muster, pair.muster.over(pair.pyTorch))));
    return rows.toString();
  }

  /** Writes a line for each name, for an overview of several runs to read. */
  void writeTo(Path file) throws IOException {
    StringBuilder lines = new StringBuilder();
    pairs.forEach(
        (name, pair) -> {
          Samples ratio = pair.muster.over(pair.pyTorch);
          lines.append(
              String.format(
                  Locale.ROOT,
                  "%s\t%s\t%s\t%f\t%f\t%f%n",
                  name,
                  pair.pyTorch,
                  pair.muster,
                  ratio.median(),
                  ratio.least(),
                  ratio.greatest()));
        });
    Files.writeString(file, lines.toString());
  }
}
