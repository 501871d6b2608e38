package io.muster.collectives.internal.reduce;

import io.muster.collectives.DataType;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** Turns sums into averages. */
public final class Average {
  private Average() {}

  /**
   * Divides each element of {@code sums} by {@code count}, as PyTorch's {@code sums.div_(count)}:
   * in the precision of the type. Elements of 16 bits are divided as {@code float} and rounded.
   *
   * @param sums a direct buffer in little-endian order. The bytes between position and limit, which
   *     do not change, are a whole number of elements and need not be aligned.
   * @throws IllegalArgumentException if the type is not floating-point
   */
  public static void divide(DataType type, ByteBuffer sums, int count) {
    switch (type) {
      case FLOAT16 -> divide(Float16.FORMAT, sums.asShortBuffer(), count);
      case BFLOAT16 -> divide(BFloat16.FORMAT, sums.asShortBuffer(), count);
      case FLOAT32 -> divide(sums.asFloatBuffer(), count);
      case FLOAT64 -> divide(sums.asDoubleBuffer(), count);
      case UINT8, INT8, BOOL, INT32, INT64 ->
          throw new IllegalArgumentException("Cannot use ReduceOp.AVG with elements of " + type);
    }
  }

  private static void divide(HalfFormat format, ShortBuffer sums, int count) {
    int most = Math.min(sums.remaining(), Chunk.BYTES / Float.BYTES);
    short[] halves = new short[most];
    float[] floats = new float[most];
    while (sums.hasRemaining()) {
      int length = Math.min(sums.remaining(), most);
      sums.get(sums.position(), halves, 0, length);
      format.widen(halves, floats, length);
      divide(floats, length, count);
      format.narrow(floats, halves, length);
      sums.put(halves, 0, length);
    }
  }

  private static void divide(FloatBuffer sums, int count) {
    float[] floats = new float[Math.min(sums.remaining(), Chunk.BYTES / Float.BYTES)];
    while (sums.hasRemaining()) {
      int length = Math.min(sums.remaining(), floats.length);
      sums.get(sums.position(), floats, 0, length);
      divide(floats, length, count);
      sums.put(floats, 0, length);
    }
  }

  private static void divide(DoubleBuffer sums, int count) {
    double[] doubles = new double[Math.min(sums.remaining(), Chunk.BYTES / Double.BYTES)];
    while (sums.hasRemaining()) {
      int length = Math.min(sums.remaining(), doubles.length);
      sums.get(sums.position(), doubles, 0, length);
      for (int i = 0; i < length; i++) {
        doubles[i] /= count;
      }
      sums.put(doubles, 0, length);
    }
  }

  private static void divide(float[] floats, int length, int count) {
    float divisor = count;
    for (int i = 0; i < length; i++) {
      floats[i] /= divisor;
    }
  }
}
