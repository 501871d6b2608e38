package io.muster.store.internal.text;

import java.util.HexFormat;

/**
 * Escapes text of other processes, such as keys, for logs and messages: control characters (which
 * terminals interpret), characters that change the direction of text, other invisible characters,
 * and line ends. Printable text is unchanged, so escaping twice has the same result as escaping
 * once.
 */
public final class PrintableText {
  private PrintableText() {}

  /**
   * Returns the text with each character that must not be shown replaced by {@code \u202e}, {@code
   * \U000e0001} or, for a byte that is not UTF-8, {@code \x9b}.
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
