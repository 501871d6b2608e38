package io.muster.collectives.internal.reduce;

/** IEEE 754 half precision: a sign bit, 5 exponent bits, 10 fraction bits. */
final class Float16 implements HalfFormat {
  static final HalfFormat FORMAT = new Float16();

  /** The bits that PyTorch converts a NaN to, apart from its sign. */
  static final int NAN = 0x7e00;

  private static final int SIGN = 0x8000;
  private static final int INFINITY = 0x7c00;

  /** The number of additional fraction bits of a float. */
  private static final int FRACTION_SHIFT = 13;

  /** The bits of the float 2^-14, the smallest that is a normal number in half precision. */
  private static final int MIN_NORMAL = 0x38800000;

  /** The bits of the float 65520, the smallest that rounds to infinity. */
  private static final int MIN_INFINITE = 0x477ff000;

  private static final int FLOAT_INFINITY = 0x7f800000;

  /** The difference of the exponent biases, 127 and 15, shifted to the exponent of a float. */
  private static final int REBIAS = 112 << 23;

  /**
   * A float whose lowest bit has the weight 2^-24, as that of a subnormal half-precision number.
   */
  private static final float HALF = 0.5f;

  private static final int HALF_BITS = 0x3f000000;

  private Float16() {}

  static float toFloat(short half) {
    int sign = (half & SIGN) << 16;
    int magnitude = half & ~SIGN & 0xffff;
    int bits = (magnitude << FRACTION_SHIFT) + REBIAS;
    if (magnitude >= INFINITY) {
      bits += REBIAS;
    } else if (magnitude < 1 << 10) {
      bits = Float.floatToRawIntBits(magnitude * 0x1p-24f);
    }
    return Float.intBitsToFloat(sign | bits);
  }

  static short fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & SIGN;
    int magnitude = bits & 0x7fffffff;
    if (magnitude >= MIN_INFINITE) {
      return (short) (sign | (magnitude > FLOAT_INFINITY ? NAN : INFINITY));
    }
    if (magnitude < MIN_NORMAL) {
      // The addition rounds to a multiple of 2^-24, which the lowest bits of the sum then count.
      float sum = Float.intBitsToFloat(magnitude) + HALF;
      return (short) (sign | (Float.floatToRawIntBits(sum) - HALF_BITS));
    }
    int odd = (magnitude >>> FRACTION_SHIFT) & 1;
    int rounded = magnitude + odd + (1 << (FRACTION_SHIFT - 1)) - 1;
    return (short) (sign | ((rounded - REBIAS) >>> FRACTION_SHIFT));
  }

  @Override
  public void widen(short[] from, float[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = toFloat(from[i]);
    }
  }

  @Override
  public void narrow(float[] from, short[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = fromFloat(from[i]);
    }
  }
}
