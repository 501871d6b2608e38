package io.muster.bench;

import java.util.ArrayList;
import java.util.List;

/** A table in Markdown. */
public final class Table {
  private final List<String> lines = new ArrayList<>();

  private Table() {}

  /** Creates a table without headings, for a page that has them. */
  public static Table rows() {
    return new Table();
  }

  /** Creates a table with headings. The first column is left-aligned, the others right-aligned. */
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

  /** Adds a row, a whole line of Markdown, formatted by {@link Text#format}. */
  public void row(String format, Object... arguments) {
    lines.add(Text.format(format, arguments));
  }

  /** The lines of the table. */
  @Override
  public String toString() {
    return String.join("\n", lines);
  }
}
