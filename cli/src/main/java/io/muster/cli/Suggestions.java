package io.muster.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Names that a mistyped one may stand for. */
final class Suggestions {
  /**
   * From this length on, a name may have two mistakes; a shorter one may have one, and a single
   * letter none.
   */
  private static final int TWO_MISTAKES = 6;

  private Suggestions() {}

  /** Returns the names that differ by one or two mistakes, the most similar first. */
  static List<String> of(String typed, Collection<String> names) {
    int length = bare(typed).length();
    int most = Math.min(length - 1, length < TWO_MISTAKES ? 1 : 2);
    return names.stream()
        .filter(name -> mistakes(bare(typed), bare(name)) <= most)
        .sorted(Comparator.comparingInt(name -> mistakes(bare(typed), bare(name))))
        .toList();
  }

  private static String bare(String name) {
    return name.replaceFirst("^-+", "");
  }

  /**
   * The optimal string alignment distance: how many letters must be inserted, deleted, replaced, or
   * swapped with their neighbour.
   */
  static int mistakes(String from, String to) {
    int[][] cost = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int differs = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        cost[i][j] =
            Math.min(Math.min(cost[i - 1][j], cost[i][j - 1]) + 1, cost[i - 1][j - 1] + differs);
        boolean swapped =
            i > 1
                && j > 1
                && from.charAt(i - 1) == to.charAt(j - 2)
                && from.charAt(i - 2) == to.charAt(j - 1);
        if (swapped) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[from.length()][to.length()];
  }
}
