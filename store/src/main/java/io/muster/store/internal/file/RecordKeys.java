package io.muster.store.internal.file;

/**
 * The syntax of the keys of records. The format has no checksums, so only the key distinguishes a
 * record from other bytes.
 *
 * <p>A user's key is a slash followed by any bytes. A bookkeeping key, such as {@code refcount/},
 * is a word of lower-case letters and underscores followed by a slash; this admits names that later
 * versions of PyTorch may add. The key of a removal is prefixed with a minus sign.
 */
final class RecordKeys {
  /** The number of bytes of a key that {@link #isBeginning} needs. */
  static final int DECISIVE_BYTES = 66;

  private static final byte USER_KEY = '/';

  private RecordKeys() {}

  /**
   * Whether a key can begin with these bytes.
   *
   * @param bytes the key, from index 0
   * @param known the number of its bytes that are available; those beyond {@link #DECISIVE_BYTES}
   *     do not matter
   * @param length the length of the key
   */
  static boolean isBeginning(byte[] bytes, int known, long length) {
    if (length == 0) {
      return false;
    }
    if (known == 0) {
      return true;
    }
    int start = bytes[0] == Records.REMOVED ? 1 : 0;
    if (start == length) {
      return false;
    }
    return start == known || bytes[start] == USER_KEY || isWord(bytes, start, known, length);
  }

  /** Whether a key can begin with this byte. */
  static boolean isFirst(byte first) {
    return first == USER_KEY || first == Records.REMOVED || isLetter(first);
  }

  private static boolean isLetter(byte b) {
    return (b >= 'a' && b <= 'z') || b == '_';
  }

  private static boolean isWord(byte[] bytes, int start, int known, long length) {
    if (length > DECISIVE_BYTES) {
      return false;
    }
    for (int i = start; i < Math.min(known, length); i++) {
      boolean last = i == length - 1;
      if (last ? bytes[i] != USER_KEY : !isLetter(bytes[i])) {
        return false;
      }
    }
    return true;
  }
}
