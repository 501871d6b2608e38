package io.muster.collectives.internal.reduce;

/**
 * Branch-free minimum and maximum of floating-point numbers. With random data, half of the branches
 * would be mispredicted, which would take longer than everything else.
 *
 * <p>A number is less than another if their difference is negative and not zero. The difference of
 * two equal infinities is NaN, whose sign is ignored.
 */
final class Order {
  private Order() {}

  /** {@code y} if {@code y < x}, and otherwise {@code x}, with the bits unchanged. */
  static float min(float x, float y) {
    return chosen(x, y, y - x);
  }

  /** {@code y} if {@code x < y}, and otherwise {@code x}, with the bits unchanged. */
  static float max(float x, float y) {
    return chosen(x, y, x - y);
  }

  /** {@code y} if {@code y < x}, and otherwise {@code x}, with the bits unchanged. */
  static double min(double x, double y) {
    return chosen(x, y, y - x);
  }

  /** {@code y} if {@code x < y}, and otherwise {@code x}, with the bits unchanged. */
  static double max(double x, double y) {
    return chosen(x, y, x - y);
  }

  /** All bits set if {@code difference < 0}, and otherwise none. */
  static int negative(float difference) {
    // Maps the negative numbers from the smallest subnormal to infinity to 0 and up, and all other
    // numbers to negative or larger values.
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
