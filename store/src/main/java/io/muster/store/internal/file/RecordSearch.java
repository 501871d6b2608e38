package io.muster.store.internal.file;

import java.io.IOException;
import java.util.Arrays;

/**
 * Distinguishes an incomplete record at the end of a file, which a dying writer left, from a record
 * with a damaged length. Both seem to end after the file. Only the latter can be followed by other
 * records, which truncating the file would destroy.
 *
 * <p>A candidate is a complete record if its key is valid, its value ends within the file, and the
 * file ends or another record begins there. The bytes of an incomplete value can meet all of these
 * conditions, but this is so unlikely that the owner should inspect such a file.
 */
final class RecordSearch {
  /**
   * No key in use is longer. Without this limit a file of random bytes would appear to contain
   * records.
   */
  private static final int MAX_KEY_BYTES = 1 << 16;

  private static final int WINDOW_BYTES = 1 << 16;
  private static final long NONE = -1;

  /** The bytes to search. */
  interface Content {
    /** Reads like {@link OpenFile#read}. */
    int read(long start, byte[] into, int count) throws IOException;
  }

  private final Content content;
  private final long end;
  private final byte[] small = new byte[Records.LENGTH_BYTES + RecordKeys.DECISIVE_BYTES];

  private RecordSearch(Content content, long end) {
    this.content = content;
    this.end = end;
  }

  /**
   * Returns if the bytes after the last complete record are the beginning of another one.
   *
   * @param last the offset of the last complete record, whose length may be damaged, too
   * @param start the offset at which it ends
   * @param end the length of the file
   * @throws MalformedFileException if a length is damaged and other records follow
   */
  static void requireTorn(Content content, long last, long start, long end) throws IOException {
    new RecordSearch(content, end).requireTorn(last, start);
  }

  private void requireTorn(long last, long start) throws IOException {
    long keyEnd = endOfKey(start);
    byte[] window = new byte[WINDOW_BYTES];
    for (long at = last + 1; at < end; at += WINDOW_BYTES - Records.LENGTH_BYTES) {
      int read = content.read(at, window, (int) Math.min(window.length, end - at));
      for (int i = 0; i + Records.LENGTH_BYTES <= read; i++) {
        long candidate = at + i;
        if (isInLastKey(candidate, start, keyEnd)
            && candidate + Records.LENGTH_BYTES + Records.length(window, i) == end) {
          throw MalformedFileException.followed(start, end, "value", candidate);
        }
        if (isCandidate(window, i, read) && isWhole(candidate)) {
          long damaged = candidate < start ? last : start;
          throw MalformedFileException.followed(damaged, end, "record", candidate);
        }
      }
    }
  }

  /** A value within the last key shows that the length of the key is damaged. */
  private static boolean isInLastKey(long at, long start, long keyEnd) {
    return at >= start + Records.LENGTH_BYTES && at < keyEnd;
  }

  /** Excludes most offsets without reading the file again. */
  private static boolean isCandidate(byte[] window, int i, int read) {
    long length = Records.length(window, i);
    return length > 0
        && length <= MAX_KEY_BYTES
        && i + Records.LENGTH_BYTES < read
        && RecordKeys.isFirst(window[i + Records.LENGTH_BYTES]);
  }

  private long endOfKey(long start) throws IOException {
    boolean known = content.read(start, small, Records.LENGTH_BYTES) == Records.LENGTH_BYTES;
    return known ? start + Records.LENGTH_BYTES + Records.length(small, 0) : start;
  }

  private boolean isWhole(long at) throws IOException {
    long next = endOfRecord(at);
    return next == end || (next != NONE && isBeginning(next));
  }

  /** Returns the end of the record at an offset, or {@link #NONE} if there is no record. */
  private long endOfRecord(long at) throws IOException {
    if (at + Records.LENGTH_BYTES > end || !isBeginning(at)) {
      return NONE;
    }
    long value = at + Records.LENGTH_BYTES + Records.length(small, 0);
    if (content.read(value, small, Records.LENGTH_BYTES) < Records.LENGTH_BYTES) {
      return NONE;
    }
    long next = value + Records.LENGTH_BYTES + Records.length(small, 0);
    return next <= end ? next : NONE;
  }

  /** Whether a record may begin here. Reads its beginning into {@link #small}. */
  private boolean isBeginning(long at) throws IOException {
    int read = content.read(at, small, (int) Math.min(small.length, end - at));
    if (read < Records.LENGTH_BYTES) {
      return true;
    }
    long length = Records.length(small, 0);
    byte[] key = Arrays.copyOfRange(small, Records.LENGTH_BYTES, read);
    return length <= MAX_KEY_BYTES
        && RecordKeys.isBeginning(key, (int) Math.min(key.length, length), length);
  }
}
