package io.muster.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** The figures of several sides, by the name of what was measured. Lower is better. */
public final class Results {
  private static final String COMMENT = "# ";

  private final List<String> sides;
  private final Map<String, Map<String, Samples>> samples = new LinkedHashMap<>();
  private String takenOn = Machine.describe();

  /** A column beside those of the sides, whose cells depend on the name of the row. */
  public record Column(String heading, Function<String, String> cell) {}

  /** Creates empty results. The first side is the one that the others are compared with. */
  public Results(List<String> sides) throws IOException {
    this.sides = List.copyOf(sides);
  }

  /**
   * Adds the figures of a file that {@link #writeTo} has written.
   *
   * @throws IOException if the file cannot be read or has another format
   */
  public void addFrom(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    if (lines.isEmpty() || !lines.get(0).startsWith(COMMENT)) {
      throw new IOException(file + " does not begin with the machine it was measured on");
    }
    takenOn = lines.get(0).substring(COMMENT.length());
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split("\t", -1);
      if (fields.length < 2) {
        throw new IOException("not figures: " + line);
      }
      Arrays.stream(fields).skip(2).forEach(field -> add(fields[0], fields[1], field));
    }
  }

  private void add(String name, String side, String figure) {
    add(name, side, Double.parseDouble(figure));
  }

  /** Writes a line for the machine, and one for the figures of each name and side. */
  public void writeTo(Path file) throws IOException {
    List<String> lines = new ArrayList<>(List.of(COMMENT + takenOn));
    samples.forEach(
        (name, bySide) ->
            bySide.forEach(
                (side, figures) -> lines.add(name + "\t" + side + "\t" + figures.toLine())));
    Files.write(file, lines);
  }

  /** The machine that the figures were taken on, in one line. */
  public String takenOn() {
    return takenOn;
  }

  /** Adds the figure of one more round. */
  public void add(String name, String side, double figure) {
    samples
        .computeIfAbsent(name, unused -> new LinkedHashMap<>())
        .computeIfAbsent(side, unused -> new Samples())
        .add(figure);
  }

  /** The figures of all rounds, which may be none. */
  public Samples of(String name, String side) {
    return samples.getOrDefault(name, Map.of()).getOrDefault(side, new Samples());
  }

  /**
   * The median of the rounds.
   *
   * @throws IllegalArgumentException if there are no figures of this name and side
   */
  public double median(String name, String side) {
    double median = of(name, side).median();
    if (Double.isNaN(median)) {
      throw new IllegalArgumentException("no \"" + name + "\" of " + side);
    }
    return median;
  }

  /** The names of all results. */
  public List<String> names() {
    return List.copyOf(samples.keySet());
  }

  /** Adds results under a new name: the figures of each side, divided by other figures. */
  public void addQuotients(String name, String dividend, Samples divisor) {
    for (String side : sides) {
      of(dividend, side).over(divisor).forEach(figure -> add(name, side, figure));
    }
  }

  /**
   * A table with a row for each name: the figures of the first side, and of each other its own and
   * their ratio to those of the first.
   */
  public String table(Predicate<String> names, Column... more) {
    List<String> headings = new ArrayList<>(List.of("what", sides.get(0)));
    sides.stream().skip(1).forEach(side -> headings.addAll(List.of(side, "ratio")));
    Arrays.stream(more).forEach(column -> headings.add(column.heading));
    Table table = Table.of(headings);
    samples.keySet().stream().filter(names).forEach(name -> table.row(row(name, more)));
    return table.toString();
  }

  private List<String> row(String name, Column... more) {
    Samples base = of(name, sides.get(0));
    List<String> cells = new ArrayList<>(List.of(name, base.toString()));
    for (String side : sides.subList(1, sides.size())) {
      cells.add(of(name, side).toString());
      cells.add("**" + of(name, side).over(base) + "**");
    }
    Arrays.stream(more).forEach(column -> cells.add(column.cell.apply(name)));
    return cells;
  }
}
