package io.muster.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What several sides needed for the same, by what it is called: the less the better. */
public final class Results {
  private final List<String> sides;
  private final Map<String, Map<String, Samples>> samples = new LinkedHashMap<>();

  /** A column beside those of the sides, whose cells depend on the name of the row. */
  public record Column(String heading, Function<String, String> cell) {}

  /** No results yet of some sides, the first of which is what the others are compared with. */
  public Results(List<String> sides) {
    this.sides = List.copyOf(sides);
  }

  /** Adds the figure of one more round. */
  public void add(String name, String side, double figure) {
    of(name, side).add(figure);
  }

  /** The figures of all rounds, which may be none. */
  public Samples of(String name, String side) {
    return samples
        .computeIfAbsent(name, unused -> new LinkedHashMap<>())
        .computeIfAbsent(side, unused -> new Samples());
  }

  /** The names of all results. */
  public List<String> names() {
    return List.copyOf(samples.keySet());
  }

  /** Adds under another name what each side needed for one thing, divided by what is given. */
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
    StringBuilder table = new StringBuilder("| what | ").append(sides.get(0));
    sides.stream().skip(1).forEach(side -> table.append(" | ").append(side).append(" | ratio"));
    for (Column column : more) {
      table.append(" | ").append(column.heading);
    }
    table.append(" |\n|---|").append("---:|".repeat(2 * sides.size() - 1 + more.length));
    for (String name : samples.keySet()) {
      if (names.test(name)) {
        table.append("\n| ").append(row(name, more)).append(" |");
      }
    }
    return table.toString();
  }

  private String row(String name, Column... more) {
    Samples base = of(name, sides.get(0));
    List<String> cells = new ArrayList<>(List.of(name, base.toString()));
    for (String side : sides.subList(1, sides.size())) {
      cells.add(of(name, side).toString());
      cells.add("**" + of(name, side).over(base) + "**");
    }
    for (Column column : more) {
      cells.add(column.cell.apply(name));
    }
    return cells.stream().collect(Collectors.joining(" | "));
  }

  /** Writes a line for each name with the figures of the first two sides. */
  public void writeTo(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String name : samples.keySet()) {
      lines.add(Figure.of(name, of(name, sides.get(0)), of(name, sides.get(1))).toLine());
    }
    Files.write(file, lines);
  }
}
