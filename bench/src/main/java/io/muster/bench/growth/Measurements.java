package io.muster.bench.growth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedSet;
import java.util.TreeSet;

/** Figures of servers, by side, number of clients and name of the figure. */
final class Measurements {
  /** The memory of a server above that of the empty one. */
  static final String MEMORY = "memory, MiB";

  private static final String COMMENT = "# ";

  private final String takenOn;
  private final Map<Key, Double> figures = new LinkedHashMap<>();

  private record Key(String side, int clients, String name) {}

  /** None yet, taken on a machine that is described in one line. */
  Measurements(String takenOn) {
    this.takenOn = takenOn;
  }

  /** What {@link #writeTo} has written. */
  static Measurements read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    if (lines.isEmpty() || !lines.get(0).startsWith(COMMENT)) {
      throw new IOException(file + " does not begin with the machine it was measured on");
    }
    Measurements measurements = new Measurements(lines.get(0).substring(COMMENT.length()));
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split("\t", -1);
      if (fields.length != 4) {
        throw new IOException("not a figure: " + line);
      }
      measurements.put(
          fields[0], Integer.parseInt(fields[1]), fields[2], Double.parseDouble(fields[3]));
    }
    return measurements;
  }

  /** Writes a line for each figure, below one for the machine. */
  void writeTo(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(COMMENT + takenOn);
    figures.forEach(
        (key, figure) ->
            lines.add(
                String.format(
                    Locale.ROOT, "%s\t%d\t%s\t%.4f", key.side, key.clients, key.name, figure)));
    Files.write(file, lines);
  }

  void put(String side, int clients, String name, double figure) {
    figures.put(new Key(side, clients, name), figure);
  }

  /** A figure, unless there was nothing to measure. */
  OptionalDouble find(String side, int clients, String name) {
    Double figure = figures.get(new Key(side, clients, name));
    return figure == null ? OptionalDouble.empty() : OptionalDouble.of(figure);
  }

  /**
   * A figure that there is.
   *
   * @throws IllegalArgumentException if there is none
   */
  double figure(String side, int clients, String name) {
    return find(side, clients, name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format(
                        Locale.ROOT, "no \"%s\" of %s with %,d clients", name, side, clients)));
  }

  /** The numbers of clients that a server has figures of. */
  SortedSet<Integer> sizes(String side) {
    SortedSet<Integer> sizes = new TreeSet<>();
    for (Key key : figures.keySet()) {
      if (key.side.equals(side)) {
        sizes.add(key.clients);
      }
    }
    return sizes;
  }

  String takenOn() {
    return takenOn;
  }
}
