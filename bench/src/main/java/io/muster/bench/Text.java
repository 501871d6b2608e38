package io.muster.bench;

import java.util.Locale;

/** Text of pages, the same on every machine. */
public final class Text {
  private Text() {}

  /** Formats as English does. */
  public static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  /** Formats a figure, or what is no number as a dash. */
  public static String orDash(String format, double figure) {
    return Double.isFinite(figure) ? format(format, figure) : "–";
  }
}
