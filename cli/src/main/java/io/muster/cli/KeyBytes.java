package io.muster.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The bytes of a key: its text in UTF-8, but of each lone surrogate U+DC00 + byte, by which a store
 * shows a byte that is not valid UTF-8, that byte.
 */
final class KeyBytes {
  private KeyBytes() {}

  static byte[] of(String key) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(key.length());
    key.codePoints()
        .forEach(
            codePoint -> {
              if (codePoint >= 0xDC80 && codePoint <= 0xDCFF) {
                bytes.write(codePoint);
              } else {
                bytes.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
              }
            });
    return bytes.toByteArray();
  }
}
