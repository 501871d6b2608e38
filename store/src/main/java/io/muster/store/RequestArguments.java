package io.muster.store;

import static java.util.Objects.requireNonNull;

import io.muster.store.internal.text.PrintableText;
import io.muster.store.internal.wire.Protocol;
import java.util.List;
import java.util.Locale;

/**
 * Checks the keys and values of a {@link TcpStore}'s requests against the limits of the client, and
 * converts keys to their wire form.
 */
final class RequestArguments {
  private static final int QUOTED_KEY_CHARS = 64;

  private final int maxKeyBytes;
  private final int maxValueBytes;
  private final int maxKeysPerRequest;

  RequestArguments(TcpStoreOptions options) {
    this.maxKeyBytes = options.maxKeyBytes();
    this.maxValueBytes = options.maxValueBytes();
    this.maxKeysPerRequest = options.maxKeysPerRequest();
  }

  /**
   * Returns a key in its wire form.
   *
   * @throws IllegalArgumentException if it is too long
   */
  byte[] wireKey(String key) {
    byte[] bytes = KeyText.bytes(Protocol.USER_KEY_PREFIX + requireNonNull(key, "key"));
    if (bytes.length > maxKeyBytes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "key of %d bytes with its leading slash; maxKeyBytes is %d: %s...",
              bytes.length,
              maxKeyBytes,
              PrintableText.of(key.substring(0, Math.min(QUOTED_KEY_CHARS, key.length())))));
    }
    return bytes;
  }

  /**
   * Returns a prefix that is watched in its wire form.
   *
   * @throws IllegalArgumentException if it is too long
   */
  byte[] wirePrefix(String prefix) {
    byte[] bytes = KeyText.bytes(Protocol.USER_KEY_PREFIX + requireNonNull(prefix, "prefix"));
    int limit = Math.min(maxKeyBytes, Protocol.MAX_WATCHED_PREFIX);
    if (bytes.length > limit) {
      throw new IllegalArgumentException(
          "prefix of "
              + bytes.length
              + " bytes with its leading slash; a prefix that is watched has at most "
              + limit);
    }
    return bytes;
  }

  /**
   * Returns the keys of one request in their wire form.
   *
   * @throws IllegalArgumentException if there are too many, or one is too long
   */
  List<byte[]> wireKeys(List<String> of) {
    List<String> keys = Arguments.copy(of, "keys");
    if (keys.size() > maxKeysPerRequest) {
      throw new IllegalArgumentException(
          keys.size() + " keys; maxKeysPerRequest is " + maxKeysPerRequest);
    }
    return keys.stream().map(this::wireKey).toList();
  }

  /**
   * Checks a value.
   *
   * @param name the name of the parameter
   * @throws IllegalArgumentException if the value is too long
   */
  void requireValue(byte[] value, String name) {
    if (requireNonNull(value, name).length > maxValueBytes) {
      throw new IllegalArgumentException(
          "value of " + value.length + " bytes; maxValueBytes is " + maxValueBytes);
    }
  }
}
