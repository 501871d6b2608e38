package io.muster.store.internal.file;

import java.io.IOException;
import java.util.Arrays;

/**
 * Distinguishes an incomplete record at the end of a file, left by a writer that died, from one
 * whose length was damaged. Both seem to end after the file, but only after the latter there may be
 * records, and they would be lost if the file were cut there.
 *
 * <p>A record is whole if its key can be one and its value ends within the file, and if the file
 * ends there or another record begins there. In a value that is cut off, bytes that meet all of
 * this are possible, but so unlikely that such a file had better be looked at by its owner.
 */
final class RecordSearch {
  /** No key in use is longer; without the limit a file of random bytes would hold records. */
  private static final int MAX_KEY_BYTES = 1 << 16;

  private static final int WINDOW_BYTES = 1 << 16;
  private static final long NONE = -1;

  /** Where the bytes come from. */
  interface Content {
    /** Reads as {@link OpenFile#read}. */
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
   * Accepts what follows the last whole record if it is the beginning of one more.
   *
   * @param last where the last whole record begins; it may have swallowed others
   * @param start where it ends
   * @param end where the file ends
   * @throws MalformedFileException if a length is damaged, and other records follow
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
        if (isPromising(window, i, read) && isWhole(candidate)) {
          long damaged = candidate < start ? last : start;
          throw MalformedFileException.followed(damaged, end, "record", candidate);
        }
      }
    }
  }

  /** A value found where the last key should be tells that the length of the key is wrong. */
  private static boolean isInLastKey(long at, long start, long keyEnd) {
    return at >= start + Records.LENGTH_BYTES && at < keyEnd;
  }

  /** Spares most of the bytes another look at the file. */
  private static boolean isPromising(byte[] window, int i, int read) {
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

  /** Where a record ends if there is one, or {@link #NONE}. */
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

  /** Whether a record may begin here; {@link #small} then has its beginning. */
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
