package io.muster.launcher;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which of the two output streams of each worker something applies to: {@code torchrun}'s {@code
 * Std}. Immutable.
 */
public final class StreamSelector {
  /** No stream of any worker. */
  public static final StreamSelector NONE = new StreamSelector(0, Map.of());

  /** Both streams of all workers. */
  public static final StreamSelector ALL = new StreamSelector(3, Map.of());

  private static final int OUTPUT = 1;
  private static final int ERROR = 2;
  private static final Pattern FOR_ALL = Pattern.compile("[0-3]");
  private static final Pattern FOR_RANK = Pattern.compile("([0-9]{1,9}):([0-3])");

  private final int others;
  private final Map<Integer, Integer> ranks;

  private StreamSelector(int others, Map<Integer, Integer> ranks) {
    this.others = others;
    this.ranks = ranks;
  }

  /**
   * Parses {@code 0} (none), {@code 1} (standard output), {@code 2} (standard error) or {@code 3}
   * (both), for all workers; or such a number per local rank, as in {@code 0:3,10:1}, with none for
   * the others.
   *
   * @throws IllegalArgumentException if the text has neither form
   */
  public static StreamSelector parse(String text) {
    if (FOR_ALL.matcher(text).matches()) {
      return new StreamSelector(Integer.parseInt(text), Map.of());
    }
    Map<Integer, Integer> ranks = new TreeMap<>();
    for (String part : text.split(",", -1)) {
      Matcher matcher = FOR_RANK.matcher(part);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "'"
                + text
                + "' selects no streams; expected 0, 1, 2 or 3, or local ranks as in 0:3,10:1");
      }
      ranks.put(Integer.valueOf(matcher.group(1)), Integer.valueOf(matcher.group(2)));
    }
    return new StreamSelector(0, ranks);
  }

  boolean isNone() {
    return others == 0 && ranks.isEmpty();
  }

  boolean hasOutput(int localRank) {
    return (streams(localRank) & OUTPUT) != 0;
  }

  boolean hasError(int localRank) {
    return (streams(localRank) & ERROR) != 0;
  }

  private int streams(int localRank) {
    return ranks.getOrDefault(localRank, others);
  }
}
