package io.muster.collectives.internal.reduce;

import io.muster.collectives.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/** Elements of one type as their bits, in buffers that also hold other bytes. */
record Elements(DataType type) {
  /** Lengths around the boundaries of the operators' chunks. */
  int[] lengths() {
    int piece = Chunk.BYTES / type.bytes();
    return new int[] {0, 1, 2, 7, 2047, 2048, 2049, piece - 1, piece, piece + 1, 2 * piece + 3};
  }

  /**
   * A window into a buffer of random bytes, at any byte; half of its elements are special values.
   */
  ByteBuffer random(SplittableRandom random, int length) {
    int before = random.nextInt(16);
    int bytes = length * type.bytes();
    ByteBuffer whole = ByteBuffer.allocateDirect(before + bytes + random.nextInt(16));
    byte[] noise = new byte[whole.capacity()];
    random.nextBytes(noise);
    whole.put(noise).order(ByteOrder.LITTLE_ENDIAN).limit(before + bytes).position(before);
    long[] specials = specials();
    for (int i = 0; i < length; i++) {
      if (random.nextBoolean()) {
        put(whole, i, specials[random.nextInt(specials.length)]);
      }
    }
    if (random.nextBoolean()) {
      return whole;
    }
    // A slice that starts at any byte.
    int from = random.nextInt(before + 1);
    return whole
        .clear()
        .slice(from, whole.capacity() - from)
        .order(ByteOrder.LITTLE_ENDIAN)
        .limit(before + bytes - from)
        .position(before - from);
  }

  static byte[] everyByte(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.capacity()];
    buffer.duplicate().clear().get(bytes);
    return bytes;
  }

  /** The bits of an element; those of signed integers are sign-extended. */
  long get(ByteBuffer buffer, int index) {
    int at = buffer.position() + index * type.bytes();
    return switch (type) {
      case UINT8, BOOL -> buffer.get(at) & 0xff;
      case INT8 -> buffer.get(at);
      case FLOAT16, BFLOAT16 -> buffer.getShort(at) & 0xffff;
      case INT32, FLOAT32 -> buffer.getInt(at);
      case INT64, FLOAT64 -> buffer.getLong(at);
    };
  }

  void put(ByteBuffer buffer, int index, long bits) {
    int at = buffer.position() + index * type.bytes();
    switch (type) {
      case UINT8, BOOL, INT8 -> buffer.put(at, (byte) bits);
      case FLOAT16, BFLOAT16 -> buffer.putShort(at, (short) bits);
      case INT32, FLOAT32 -> buffer.putInt(at, (int) bits);
      case INT64, FLOAT64 -> buffer.putLong(at, bits);
    }
  }

  /** The exact value of floating-point bits. */
  double value(long bits) {
    return switch (type) {
      case FLOAT16 -> NearestHalf.FLOAT16.value(bits);
      case BFLOAT16 -> NearestHalf.BFLOAT16.value(bits);
      case FLOAT32 -> Float.intBitsToFloat((int) bits);
      case FLOAT64 -> Double.longBitsToDouble(bits);
      case UINT8, INT8, BOOL, INT32, INT64 -> throw new AssertionError(type);
    };
  }

  private long[] specials() {
    return switch (type) {
      case UINT8, BOOL, INT8 -> new long[] {0, 1, 2, 0x7f, 0x80, 0x81, 0xff};
      case INT32 -> new long[] {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE};
      case INT64 -> new long[] {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE};
      // Zero, the smallest and largest subnormal, the smallest normal, one, the largest, infinity,
      // a signaling and a quiet NaN, and the negative of each.
      case FLOAT16 -> withSign(0x8000, 0, 1, 0x3ff, 0x400, 0x3c00, 0x7bff, 0x7c00, 0x7c01, 0x7e01);
      case BFLOAT16 -> withSign(0x8000, 0, 1, 0x7f, 0x80, 0x3f80, 0x7f7f, 0x7f80, 0x7f81, 0x7fc1);
      case FLOAT32 ->
          withSign(
              1L << 31,
              0,
              1,
              0x7fffff,
              0x800000,
              0x3f800000,
              0x7f7fffff,
              0x7f800000,
              0x7f800001,
              0x7fc00001);
      case FLOAT64 ->
          withSign(
              1L << 63,
              0,
              1,
              0xfffffffffffffL,
              0x10000000000000L,
              0x3ff0000000000000L,
              0x7fefffffffffffffL,
              0x7ff0000000000000L,
              0x7ff0000000000001L,
              0x7ff8000000000001L);
    };
  }

  private static long[] withSign(long sign, long... magnitudes) {
    long[] all = new long[2 * magnitudes.length];
    for (int i = 0; i < magnitudes.length; i++) {
      all[2 * i] = magnitudes[i];
      all[2 * i + 1] = magnitudes[i] | sign;
    }
    return all;
  }
}
