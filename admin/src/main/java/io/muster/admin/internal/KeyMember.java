package io.muster.admin.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Base64;

/**
 * A key as a member of a JSON object: {@code key} if it is UTF-8, else {@code key_base64}.
 *
 * @param name the name of the member
 * @param value the value of the member
 */
public record KeyMember(String name, String value) {
  /** The name of the member for a key of UTF-8. */
  public static final String TEXT = "key";

  /** The name of the member for other keys, in Base64. */
  public static final String BASE64 = "key_base64";

  /** The member for a key. */
  public static KeyMember of(byte[] key) {
    String text = new String(key, UTF_8);
    return Arrays.equals(text.getBytes(UTF_8), key)
        ? new KeyMember(TEXT, text)
        : new KeyMember(BASE64, Base64.getEncoder().encodeToString(key));
  }
}
