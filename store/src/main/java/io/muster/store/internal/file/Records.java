package io.muster.store.internal.file;

import io.muster.store.internal.keyspace.Key;
import java.io.ByteArrayOutputStream;

/**
 * Records to be written, one behind the other: the length of the key as 32 bits little-endian, the
 * key, the length of the value, the value. A removal is a record too, whose key has a minus sign in
 * front and whose value is empty.
 */
public final class Records {
  static final byte REMOVED = '-';
  private static final byte[] EMPTY = {};

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Records() {}

  /** Sets a key. */
  public void put(Key key, byte[] value) {
    field(key.bytes());
    field(value);
  }

  /** Removes a key. */
  public void remove(Key key) {
    length(key.bytes().length + 1);
    out.write(REMOVED);
    out.writeBytes(key.bytes());
    field(EMPTY);
  }

  byte[] toByteArray() {
    return out.toByteArray();
  }

  private void field(byte[] bytes) {
    length(bytes.length);
    out.writeBytes(bytes);
  }

  private void length(int length) {
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      out.write(length >>> shift);
    }
  }
}
