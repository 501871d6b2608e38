package io.muster.store;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Converts keys between bytes and text. A key is any sequence of bytes; {@link Store} represents it
 * as a string. Valid UTF-8 is decoded to its characters. Each byte that is not part of valid UTF-8
 * becomes one lone surrogate, U+DC00 plus the byte (U+DC80 to U+DCFF), as with Python's {@code
 * surrogateescape}. Therefore {@code bytes(text(key))} equals {@code key} for every key, and Java
 * and Python show the same text for the same bytes.
 *
 * <pre>{@code
 * for (String key : store.listKeys()) {
 *   byte[] bytes = KeyText.bytes(key);
 * }
 * }</pre>
 */
public final class KeyText {
  private static final char ESCAPE = '\uDC00';

  private KeyText() {}

  /**
   * Returns the bytes of a key.
   *
   * @return a new array, which the caller owns
   * @throws IllegalArgumentException if {@code text} has a lone surrogate other than U+DC80 to
   *     U+DCFF
   */
  public static byte[] bytes(String text) {
    int firstSurrogate = firstSurrogate(requireNonNull(text, "key"));
    return firstSurrogate < 0
        ? text.getBytes(StandardCharsets.UTF_8)
        : bytesWithEscapes(text, firstSurrogate);
  }

  /** Returns the text of a key. */
  public static String text(byte[] key) {
    String text = new String(key, StandardCharsets.UTF_8);
    return text.indexOf('\uFFFD') < 0 ? text : textWithEscapes(key);
  }

  private static int firstSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return i;
      }
    }
    return -1;
  }

  private static byte[] bytesWithEscapes(String text, int firstSurrogate) {
    var out = new java.io.ByteArrayOutputStream(text.length() + 16);
    out.writeBytes(text.substring(0, firstSurrogate).getBytes(StandardCharsets.UTF_8));
    for (int i = firstSurrogate; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      if (codePoint >= ESCAPE + 0x80 && codePoint <= ESCAPE + 0xff) {
        out.write(codePoint - ESCAPE);
      } else if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "key has a lone surrogate U+%04X at index %d", codePoint, i));
      } else {
        out.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
      }
      i += Character.charCount(codePoint);
    }
    return out.toByteArray();
  }

  private static String textWithEscapes(byte[] key) {
    StringBuilder text = new StringBuilder(key.length);
    for (int i = 0; i < key.length; ) {
      int length = sequenceLength(key, i);
      if (length == 0) {
        text.append((char) (ESCAPE + (key[i] & 0xff)));
        i++;
      } else {
        text.append(new String(key, i, length, StandardCharsets.UTF_8));
        i += length;
      }
    }
    return text.toString();
  }

  /** Returns the length of the valid UTF-8 sequence at {@code i}, or 0 if there is none. */
  private static int sequenceLength(byte[] key, int i) {
    int lead = key[i] & 0xff;
    int length =
        lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length == 0 || i + length > key.length) {
      return 0;
    }
    for (int j = 1; j < length; j++) {
      if ((key[i + j] & 0xc0) != 0x80) {
        return 0;
      }
    }
    if (length >= 3) {
      int second = key[i + 1] & 0xff;
      boolean overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
      boolean surrogate = lead == 0xed && second >= 0xa0;
      boolean beyondUnicode = lead == 0xf4 && second >= 0x90;
      if (overlong || surrogate || beyondUnicode) {
        return 0;
      }
    }
    return length;
  }
}
