package io.muster.store.internal.keyspace;

import io.muster.store.internal.text.PrintableText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A key: any bytes, compared by content. The array must not be modified afterwards. */
public final class Key implements Comparable<Key> {
  private final byte[] bytes;
  private final int hash;

  public Key(byte[] bytes) {
    this.bytes = bytes;
    this.hash = KeyHash.OF_PROCESS.of(bytes, bytes.length);
  }

  /** The bytes, which the caller must not modify. */
  public byte[] bytes() {
    return bytes;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Key key && hash == key.hash && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Orders keys by their bytes. {@link java.util.HashMap} uses this if hashes are equal. */
  @Override
  public int compareTo(Key other) {
    return Arrays.compare(bytes, other.bytes);
  }

  @Override
  public String toString() {
    return text(bytes);
  }

  /** A key as messages show it. */
  static String text(byte[] key) {
    return PrintableText.of(new String(key, StandardCharsets.UTF_8));
  }
}
