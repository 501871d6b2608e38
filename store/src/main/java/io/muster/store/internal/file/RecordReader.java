package io.muster.store.internal.file;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link Records} writes. A record counts only if all of it is there: what a process
 * that died left at the end is not one. Lengths are compared with what is there before anything is
 * allocated.
 */
final class RecordReader {
  private static final int LENGTH_BYTES = 4;
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;
  private static final byte[] EMPTY = {};

  private final InputStream in;
  private final long available;
  private long position;
  private long consumed;
  private byte[] key = EMPTY;
  private byte[] value = EMPTY;

  /** A reader of the records among the next {@code available} bytes. */
  RecordReader(InputStream in, long available) {
    this.in = in;
    this.available = available;
  }

  /**
   * Reads the next record.
   *
   * @return false if there is none, or no more than its beginning
   * @throws IOException if a record is longer than an array can be
   */
  boolean next() throws IOException {
    byte[] nextKey = field();
    byte[] nextValue = nextKey == null ? null : field();
    if (nextKey == null || nextValue == null) {
      return false;
    }
    key = nextKey;
    value = nextValue;
    consumed = position;
    return true;
  }

  /** The key of the record that was read; the caller's. */
  byte[] key() {
    return key;
  }

  /** The value of the record that was read; the caller's. */
  byte[] value() {
    return value;
  }

  /** How many bytes the records that were read take. */
  long consumed() {
    return consumed;
  }

  private byte @Nullable [] field() throws IOException {
    byte[] lengthBytes = bytes(LENGTH_BYTES);
    return lengthBytes == null ? null : bytes(length(lengthBytes));
  }

  private byte @Nullable [] bytes(long count) throws IOException {
    if (count > available - position) {
      return null;
    }
    if (count > MAX_ARRAY) {
      throw new IOException("a record with a key or value of " + count + " bytes is too long");
    }
    byte[] bytes = in.readNBytes((int) count);
    position += bytes.length;
    return bytes.length == count ? bytes : null;
  }

  private static long length(byte[] littleEndian) {
    long length = 0;
    for (int i = LENGTH_BYTES - 1; i >= 0; i--) {
      length = length << Byte.SIZE | (littleEndian[i] & 0xff);
    }
    return length;
  }
}
