package io.muster.bench;

import java.util.ArrayList;
import java.util.List;

/** A table in Markdown. */
public final class Table {
  private final List<String> lines = new ArrayList<>();

  private Table() {}

  /** Rows for a page that has the headings. */
  public static Table rows() {
    return new Table();
  }

  /** A table whose first column is text, and whose others are numbers. */
  public static Table of(List<String> headings) {
    Table table = new Table();
    table.row(headings);
    table.lines.add("|---|" + "---:|".repeat(headings.size() - 1));
    return table;
  }

  /** Adds a row. */
  public void row(List<String> cells) {
    lines.add("| " + String.join(" | ", cells) + " |");
  }

  /** Adds a row, as {@link Text#format} formats it. */
  public void row(String format, Object... arguments) {
    lines.add(Text.format(format, arguments));
  }

  /** The lines of the table. */
  @Override
  public String toString() {
    return String.join("\n", lines);
  }
}
