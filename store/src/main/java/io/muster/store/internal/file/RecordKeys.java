package io.muster.store.internal.file;

/**
 * What the key of a record looks like. The format has no checksums, so a key is what tells a record
 * from bytes that only happen to be where a record should begin.
 *
 * <p>A user's key is a slash and any bytes. A bookkeeping key, such as {@code refcount/}, is a word
 * of lower-case letters and underscores and a slash; the rule admits names that a later PyTorch may
 * add. The key of a removal has a minus sign in front.
 */
final class RecordKeys {
  /** How many bytes of a key {@link #isBeginning} needs to see. */
  static final int DECISIVE_BYTES = 66;

  private static final byte USER_KEY = '/';

  private RecordKeys() {}

  /**
   * Whether a key can begin with these bytes.
   *
   * @param bytes where the key is, beginning at index 0
   * @param known how many of its bytes are known; beyond {@link #DECISIVE_BYTES} they do not matter
   * @param length how many bytes the key has
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
