package io.muster.collectives.internal.reduce;

import io.muster.collectives.ReduceOp;
import java.nio.ByteBuffer;
import java.nio.ShortBuffer;

/**
 * Operators on 16-bit floating-point elements, which are computed as floats and rounded after each
 * step.
 */
record Halves(ReduceOp op, HalfFormat format) implements Reducer {
  @Override
  public int elementBytes() {
    return Short.BYTES;
  }

  @Override
  public void reduce(ByteBuffer own, ByteBuffer received) {
    ShortBuffer to = own.asShortBuffer();
    ShortBuffer from = received.asShortBuffer();
    int most = Math.min(to.remaining(), Chunk.BYTES / Float.BYTES);
    short[] a = new short[most];
    short[] b = new short[most];
    float[] x = new float[most];
    float[] y = new float[most];
    while (to.hasRemaining()) {
      int count = Math.min(to.remaining(), most);
      to.get(to.position(), a, 0, count);
      from.get(b, 0, count);
      format.widen(a, x, count);
      format.widen(b, y, count);
      apply(a, x, b, y, count);
      to.put(a, 0, count);
    }
  }

  private void apply(short[] a, float[] x, short[] b, float[] y, int count) {
    switch (op) {
      case SUM, AVG -> {
        for (int i = 0; i < count; i++) {
          x[i] += y[i];
        }
        format.narrow(x, a, count);
      }
      case PRODUCT -> {
        for (int i = 0; i < count; i++) {
          x[i] *= y[i];
        }
        format.narrow(x, a, count);
      }
      // The chosen element keeps its bits, including those of a NaN.
      case MIN -> {
        for (int i = 0; i < count; i++) {
          a[i] ^= (short) ((a[i] ^ b[i]) & Order.negative(y[i] - x[i]));
        }
      }
      case MAX -> {
        for (int i = 0; i < count; i++) {
          a[i] ^= (short) ((a[i] ^ b[i]) & Order.negative(x[i] - y[i]));
        }
      }
      case BAND, BOR, BXOR -> throw new AssertionError(op);
    }
  }
}
