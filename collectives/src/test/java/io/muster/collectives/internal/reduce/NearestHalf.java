package io.muster.collectives.internal.reduce;

/** Rounding to a 16-bit format by its definition, with a table of all its numbers. */
final class NearestHalf {
  static final NearestHalf FLOAT16 = new NearestHalf(5, 10);
  static final NearestHalf BFLOAT16 = new NearestHalf(8, 7);

  /**
   * The value of each positive pattern. That of infinity is the next power of two, for rounding.
   */
  private final double[] magnitudes;

  private NearestHalf(int exponentBits, int fractionBits) {
    int bias = (1 << (exponentBits - 1)) - 1;
    magnitudes = new double[(((1 << exponentBits) - 1) << fractionBits) + 1];
    for (int pattern = 0; pattern < magnitudes.length; pattern++) {
      int exponent = pattern >> fractionBits;
      int fraction = pattern & ((1 << fractionBits) - 1);
      int significand = exponent == 0 ? fraction : fraction + (1 << fractionBits);
      magnitudes[pattern] =
          Math.scalb((double) significand, Math.max(exponent, 1) - bias - fractionBits);
    }
  }

  /** The pattern of positive infinity, above which are the NaNs. */
  int infinity() {
    return magnitudes.length - 1;
  }

  boolean isNaN(long pattern) {
    return (pattern & 0x7fff) > infinity();
  }

  float value(long pattern) {
    int magnitude = (int) pattern & 0x7fff;
    double value =
        magnitude > infinity()
            ? Double.NaN
            : magnitude == infinity() ? Double.POSITIVE_INFINITY : magnitudes[magnitude];
    return (float) ((pattern & 0x8000) == 0 ? value : -value);
  }

  /** The midpoint between the number of a pattern and the next number. */
  float halfway(int pattern) {
    return (float) ((magnitudes[pattern] + magnitudes[pattern + 1]) / 2);
  }

  /** The pattern of the number nearest to {@code value}, which is not a NaN. */
  short nearest(float value) {
    double magnitude = Math.abs((double) value);
    int below = 0;
    int above = infinity();
    while (above - below > 1) {
      int middle = (below + above) >>> 1;
      if (magnitudes[middle] <= magnitude) {
        below = middle;
      } else {
        above = middle;
      }
    }
    double halfway = (magnitudes[below] + magnitudes[above]) / 2;
    boolean up = magnitude > halfway || (magnitude == halfway && below % 2 == 1);
    boolean negative = Float.floatToRawIntBits(value) < 0;
    return (short) ((up ? above : below) | (negative ? 0x8000 : 0));
  }
}
