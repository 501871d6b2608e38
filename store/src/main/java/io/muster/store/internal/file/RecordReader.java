package io.muster.store.internal.file;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the format of {@link Records}. Incomplete records are ignored. Lengths are checked against
 * the length of the file before memory is allocated.
 */
final class RecordReader {
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;
  private static final byte[] EMPTY = {};

  private final InputStream in;
  private final long end;
  private long position;
  private long consumedTo;
  private byte[] key = EMPTY;
  private byte[] value = EMPTY;

  /**
   * Creates a reader.
   *
   * @param in the file's content from {@code start}
   * @param start the offset of the first record
   * @param end the length of the file
   */
  RecordReader(InputStream in, long start, long end) {
    this.in = in;
    this.end = end;
    this.position = start;
    this.consumedTo = start;
  }

  /**
   * Reads the next record.
   *
   * @return false if there is none, or an incomplete one
   * @throws MalformedFileException if the bytes are not a record
   * @throws IOException if a record does not fit in memory
   */
  boolean next() throws IOException {
    byte[] nextKey = key(length());
    byte[] nextValue = nextKey == null ? null : value(nextKey, length());
    if (nextKey == null || nextValue == null) {
      return false;
    }
    key = nextKey;
    value = nextValue;
    consumedTo = position;
    return true;
  }

  /** The key of the current record, which the caller owns. */
  byte[] key() {
    return key;
  }

  /** The value of the current record, which the caller owns. */
  byte[] value() {
    return value;
  }

  /** The offset at which the last complete record ends. */
  long consumedTo() {
    return consumedTo;
  }

  private byte @Nullable [] key(long length) throws IOException {
    if (length < 0) {
      return null;
    }
    int decisive = (int) Math.min(RecordKeys.DECISIVE_BYTES, Math.min(length, end - position));
    byte[] start = in.readNBytes(decisive);
    if (!RecordKeys.isBeginning(start, start.length, length)) {
      throw MalformedFileException.noRecord(consumedTo, length, start);
    }
    return rest(start, length, "key");
  }

  private byte @Nullable [] value(byte[] ofKey, long length) throws IOException {
    if (ofKey[0] == Records.REMOVED && length > 0) {
      throw MalformedFileException.noRecord(consumedTo, ofKey.length, ofKey);
    }
    return length < 0 ? null : rest(EMPTY, length, "value");
  }

  /** Reads the rest of a field whose start has been read; null if it is incomplete. */
  private byte @Nullable [] rest(byte[] start, long length, String what) throws IOException {
    if (length > end - position) {
      return null;
    }
    byte[] field = start.length == length ? start : allocate(start, length, what);
    int rest = field.length - start.length;
    if (in.readNBytes(field, start.length, rest) < rest) {
      return null;
    }
    position += length;
    return field;
  }

  private byte[] allocate(byte[] start, long length, String what) throws IOException {
    if (length > MAX_ARRAY) {
      throw tooLong(length, what);
    }
    try {
      return Arrays.copyOf(start, (int) length);
    } catch (OutOfMemoryError e) {
      throw tooLong(length, what);
    }
  }

  private IOException tooLong(long length, String what) {
    return new IOException(
        String.format(
            Locale.ROOT,
            "the record at byte %d has a %s of %d bytes, which does not fit into memory",
            consumedTo,
            what,
            length));
  }

  /** Reads the length of a field; -1 if it is incomplete. */
  private long length() throws IOException {
    if (Records.LENGTH_BYTES > end - position) {
      return -1;
    }
    byte[] bytes = in.readNBytes(Records.LENGTH_BYTES);
    position += bytes.length;
    return bytes.length < Records.LENGTH_BYTES ? -1 : Records.length(bytes, 0);
  }
}
