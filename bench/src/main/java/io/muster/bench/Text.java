package io.muster.bench;

import java.util.Locale;

/** Formats text of pages, independently of the locale. */
public final class Text {
  private Text() {}

  /** {@link String#format} for {@link Locale#ROOT}. */
  public static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  /** Formats a figure; returns a dash if it is not finite. */
  public static String orDash(String format, double figure) {
    return Double.isFinite(figure) ? format(format, figure) : "–";
  }
}
