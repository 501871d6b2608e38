package io.muster.interop;

import io.muster.collectives.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The elements that a rank brings along: a function of seed, rank, index and type alone, so that
 * every process of a world can compute them for itself.
 *
 * <p>Element {@code i} comes from 64 mixed bits of {@code (seed, rank, i)}. Integers take the
 * lowest of them. Floating-point numbers have any sign and mantissa and an exponent around zero, of
 * a range so wide that sums and products come out differently in another order. With a negative
 * seed, one floating-point number in eight is an infinity, a NaN, a zero of either sign, the
 * largest, or a subnormal one.
 */
final class Values {
  private Values() {}

  /** The elements of a rank, in direct memory. */
  static ByteBuffer of(DataType type, int length, long seed, int rank) {
    ByteBuffer values = room(type, length);
    long start = mixed(seed * 31 + rank);
    for (int i = 0; i < length; i++) {
      long bits = mixed(start + i);
      switch (type) {
        case UINT8, INT8 -> values.put(i, (byte) bits);
        case BOOL -> values.put(i, (byte) (bits & 1));
        case INT32 -> values.putInt(i * 4, (int) bits);
        case INT64 -> values.putLong(i * 8, bits);
        case FLOAT16 -> values.putShort(i * 2, (short) floating(bits, 10, 5, 4, seed < 0));
        case BFLOAT16 -> values.putShort(i * 2, (short) floating(bits, 7, 8, 8, seed < 0));
        case FLOAT32 -> values.putInt(i * 4, (int) floating(bits, 23, 8, 20, seed < 0));
        case FLOAT64 -> values.putLong(i * 8, floating(bits, 52, 11, 50, seed < 0));
      }
    }
    return values;
  }

  /** Room for elements, all zero. */
  static ByteBuffer room(DataType type, int length) {
    return ByteBuffer.allocateDirect(length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A number of IEEE 754's layout whose exponent is at most {@code range} away from zero. */
  private static long floating(long bits, int mantissa, int exponent, int range, boolean special) {
    long one = 1L << mantissa;
    long sign = (bits >>> 63) << (mantissa + exponent);
    long fraction = bits & (one - 1);
    long infinite = ((1L << exponent) - 1) << mantissa;
    if (special) {
      switch ((int) (bits >>> 52) & 63) {
        case 0, 1 -> {
          return sign;
        }
        case 2 -> {
          return sign | infinite;
        }
        case 3 -> {
          return infinite | one >>> 1;
        }
        case 4, 5 -> {
          return sign | (infinite - 1);
        }
        case 6, 7 -> {
          return sign | fraction;
        }
        default -> {}
      }
    }
    int bias = (1 << (exponent - 1)) - 1;
    long power = bias - range + ((bits >>> 53) & 0x3ff) % (2 * range + 1);
    return sign | power << mantissa | fraction;
  }

  /** The finisher of SplitMix64. */
  private static long mixed(long n) {
    long bits = n * 0x9e3779b97f4a7c15L;
    bits = (bits ^ bits >>> 30) * 0xbf58476d1ce4e5b9L;
    bits = (bits ^ bits >>> 27) * 0x94d049bb133111ebL;
    return bits ^ bits >>> 31;
  }
}
