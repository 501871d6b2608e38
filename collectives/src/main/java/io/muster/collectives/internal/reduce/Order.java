package io.muster.collectives.internal.reduce;

/**
 * Which of two floating-point numbers is less, without a branch: a processor wrongly predicts every
 * other branch between random numbers, which takes longer than all the rest.
 *
 * <p>One number is less than another if their difference is negative, but not the negative zero
 * that is left of two zeros. A difference of infinities is a NaN, whose sign means nothing.
 */
final class Order {
  private Order() {}

  /** {@code y} if {@code y < x}, else {@code x}, to the bit. */
  static float min(float x, float y) {
    return chosen(x, y, y - x);
  }

  /** {@code y} if {@code x < y}, else {@code x}, to the bit. */
  static float max(float x, float y) {
    return chosen(x, y, x - y);
  }

  /** {@code y} if {@code y < x}, else {@code x}, to the bit. */
  static double min(double x, double y) {
    return chosen(x, y, y - x);
  }

  /** {@code y} if {@code x < y}, else {@code x}, to the bit. */
  static double max(double x, double y) {
    return chosen(x, y, x - y);
  }

  /** All bits set if {@code difference < 0}, else none. */
  static int negative(float difference) {
    // Negative numbers from the least subnormal to infinity become 0 and up, all others either
    // negative or more.
    int aboveZero = Float.floatToRawIntBits(difference) - 0x80000001;
    return (~aboveZero & (aboveZero - 0x7f800000)) >> 31;
  }

  private static long negative(double difference) {
    long aboveZero = Double.doubleToRawLongBits(difference) - 0x80000000_00000001L;
    return (~aboveZero & (aboveZero - 0x7ff00000_00000000L)) >> 63;
  }

  private static float chosen(float x, float y, float difference) {
    int bits = Float.floatToRawIntBits(x);
    int others = Float.floatToRawIntBits(y);
    return Float.intBitsToFloat(bits ^ ((bits ^ others) & negative(difference)));
  }

  private static double chosen(double x, double y, double difference) {
    long bits = Double.doubleToRawLongBits(x);
    long others = Double.doubleToRawLongBits(y);
    return Double.longBitsToDouble(bits ^ ((bits ^ others) & negative(difference)));
  }
}
