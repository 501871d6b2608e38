package io.muster.collectives.internal.reduce;

/** The upper 16 bits of a float: a sign bit, 8 exponent bits, 7 fraction bits. */
final class BFloat16 implements HalfFormat {
  static final HalfFormat FORMAT = new BFloat16();

  /** The bits that PyTorch converts each NaN to, whatever its sign and payload. */
  static final short NAN = 0x7fc0;

  private BFloat16() {}

  static float toFloat(short upper) {
    return Float.intBitsToFloat(upper << 16);
  }

  static short fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    int odd = (bits >>> 16) & 1;
    return Float.isNaN(value) ? NAN : (short) ((bits + odd + 0x7fff) >>> 16);
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
