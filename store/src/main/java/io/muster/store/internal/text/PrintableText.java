package io.muster.store.internal.text;

import java.util.HexFormat;

/**
 * Text of others, such as a key, as it may be shown in a log or a message. What would not be shown
 * but acted on is escaped: control characters (a terminal obeys them), marks that change the
 * direction of the text, other invisible characters, and ends of lines. Printable text stays as it
 * is, so text that is escaped twice is the same as once.
 */
public final class PrintableText {
  private PrintableText() {}

  /**
   * The text with {@code \u202e}, {@code \U000e0001} or, for a byte that is not UTF-8, {@code \x9b}
   * for each character that must not be shown.
   */
  public static String of(String text) {
    int clean = 0;
    while (clean < text.length() && isPlain(text.charAt(clean))) {
      clean++;
    }
    if (clean == text.length()) {
      return text;
    }
    StringBuilder shown = new StringBuilder(text.length() + 16).append(text, 0, clean);
    text.codePoints().skip(text.codePointCount(0, clean)).forEach(c -> append(shown, c));
    return shown.toString();
  }

  private static boolean isPlain(char c) {
    return c >= ' ' && c <= '~';
  }

  private static void append(StringBuilder shown, int codePoint) {
    switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          escape(shown, codePoint);
      default -> shown.appendCodePoint(codePoint);
    }
  }

  private static void escape(StringBuilder shown, int codePoint) {
    HexFormat hex = HexFormat.of();
    if (codePoint >= 0xDC80 && codePoint <= 0xDCFF) {
      shown.append("\\x").append(hex.toHexDigits((byte) codePoint));
    } else if (Character.isBmpCodePoint(codePoint)) {
      shown.append("\\u").append(hex.toHexDigits((char) codePoint));
    } else {
      shown.append("\\U").append(hex.toHexDigits(codePoint));
    }
  }
}
