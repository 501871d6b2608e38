package io.muster.store.internal.keyspace;

/**
 * Counters as text, parsed as PyTorch does (C's {@code strtoll}): leading white space, an optional
 * sign, and the longest run of digits; anything after them is ignored. An empty value is 0.
 */
public final class Decimal {
  private Decimal() {}

  /**
   * Parses a counter.
   *
   * @throws NumberFormatException if the value does not begin with a number, or the number does not
   *     fit in 64 bits
   */
  public static long parse(byte[] value) {
    if (value.length == 0) {
      return 0;
    }
    int start = 0;
    while (start < value.length && isSpace(value[start])) {
      start++;
    }
    boolean negative = start < value.length && value[start] == '-';
    if (negative || (start < value.length && value[start] == '+')) {
      start++;
    }
    // Accumulates negatively, because there is one more negative number than positive ones.
    long number = 0;
    int end = start;
    for (; end < value.length && isDigit(value[end]); end++) {
      int digit = value[end] - '0';
      if (number < (Long.MIN_VALUE + digit) / 10) {
        throw new NumberFormatException("beyond 64 bits");
      }
      number = number * 10 - digit;
    }
    if (end == start) {
      throw new NumberFormatException("no digits");
    }
    if (!negative && number == Long.MIN_VALUE) {
      throw new NumberFormatException("beyond 64 bits");
    }
    return negative ? number : -number;
  }

  /** Whether bytes after {@code start} may belong to the number. */
  static boolean mayContinueAfter(byte[] start) {
    byte last = start[start.length - 1];
    return isSpace(last) || isDigit(last) || last == '-' || last == '+';
  }

  /** Formats a counter. */
  public static byte[] format(long number) {
    int length = number < 0 ? 2 : 1;
    for (long rest = number / 10; rest != 0; rest /= 10) {
      length++;
    }
    byte[] text = new byte[length];
    long rest = number;
    for (int i = length - 1; i >= (number < 0 ? 1 : 0); i--) {
      text[i] = (byte) ('0' + Math.abs(rest % 10));
      rest /= 10;
    }
    if (number < 0) {
      text[0] = '-';
    }
    return text;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || (b >= '\t' && b <= '\r');
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
