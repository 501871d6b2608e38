package io.muster.store.internal.keyspace;

import java.nio.charset.StandardCharsets;

/**
 * Counters as text, read as PyTorch reads them (C's {@code strtoll}): leading white space, an
 * optional sign, the longest run of digits; what follows is ignored. An empty value is 0.
 */
public final class Decimal {
  private Decimal() {}

  /**
   * Reads a counter.
   *
   * @throws NumberFormatException if the value has no digits where a number must begin, or does not
   *     fit 64 bits
   */
  public static long parse(byte[] value) {
    if (value.length == 0) {
      return 0;
    }
    int start = 0;
    while (start < value.length && isSpace(value[start])) {
      start++;
    }
    int end = start;
    if (end < value.length && (value[end] == '-' || value[end] == '+')) {
      end++;
    }
    while (end < value.length && value[end] >= '0' && value[end] <= '9') {
      end++;
    }
    return Long.parseLong(new String(value, start, end - start, StandardCharsets.US_ASCII));
  }

  /** Writes a counter. */
  public static byte[] format(long number) {
    return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || (b >= '\t' && b <= '\r');
  }
}
