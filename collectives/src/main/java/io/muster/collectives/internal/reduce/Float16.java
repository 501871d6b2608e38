package io.muster.collectives.internal.reduce;

/** IEEE 754's half precision: a sign, 5 bits of exponent, 10 of fraction. */
final class Float16 implements HalfFormat {
  static final HalfFormat FORMAT = new Float16();

  /** What PyTorch makes of a NaN, beside its sign. */
  static final int NAN = 0x7e00;

  private static final int SIGN = 0x8000;
  private static final int INFINITY = 0x7c00;

  /** How many bits more the fraction of a float has. */
  private static final int FRACTION_SHIFT = 13;

  /** The bits of the float 2^-14, the least that is normal as a half. */
  private static final int LEAST_NORMAL = 0x38800000;

  /** The bits of the float 65520, the least that rounds to infinity. */
  private static final int LEAST_INFINITE = 0x477ff000;

  private static final int FLOAT_INFINITY = 0x7f800000;

  /** The difference of the exponents' biases, 127 and 15, in its place in a float. */
  private static final int REBIAS = 112 << 23;

  /** A float whose last bit weighs 2^-24, as the last bit of a subnormal half does. */
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
    if (magnitude >= LEAST_INFINITE) {
      return (short) (sign | (magnitude > FLOAT_INFINITY ? NAN : INFINITY));
    }
    if (magnitude < LEAST_NORMAL) {
      // The addition rounds to a multiple of 2^-24, which is what the last bits then count.
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
