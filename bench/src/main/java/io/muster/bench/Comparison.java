package io.muster.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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

  private record Pair(Samples pyTorch, Samples muster) {}

  /** Adds the figure of one more round. */
  void add(String name, Of whose, double figure) {
    Pair pair = pairs.computeIfAbsent(name, unused -> new Pair(new Samples(), new Samples()));
    (whose == Of.PYTORCH ? pair.pyTorch : pair.muster).add(figure);
  }

  /** Adds the figures of all rounds; there may be none of one side. */
  void add(String name, Samples pyTorch, Samples muster) {
    pairs.put(name, new Pair(pyTorch, muster));
  }

  /** A table's rows, each with both medians and the ratio of the rounds. */
  String rows() {
    StringBuilder rows = new StringBuilder();
    pairs.forEach(
        (name, pair) ->
            rows.append(
                String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | **%s** |%n",
                    name,
                    pair.pyTorch,
                    pair.muster,
                    pair.muster.over(pair.pyTorch))));
    return rows.toString();
  }

  /** Writes a line for each name, for {@link Figure#read}. */
  void writeTo(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    pairs.forEach(
        (name, pair) -> {
          Samples ratio = pair.muster.over(pair.pyTorch);
          lines.add(
              new Figure(
                      name,
                      pair.pyTorch.toString(),
                      pair.muster.toString(),
                      pair.muster.median(),
                      ratio.median(),
                      ratio.least(),
                      ratio.greatest())
                  .toLine());
        });
    Files.write(file, lines);
  }
}
