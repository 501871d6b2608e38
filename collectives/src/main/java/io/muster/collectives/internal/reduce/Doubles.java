package io.muster.collectives.internal.reduce;

import io.muster.collectives.ReduceOp;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;

/** Operators on 64-bit floating-point elements. */
record Doubles(ReduceOp op) implements Reducer {
  @Override
  public int elementBytes() {
    return Double.BYTES;
  }

  @Override
  public void reduce(ByteBuffer own, ByteBuffer received) {
    DoubleBuffer to = own.asDoubleBuffer();
    DoubleBuffer from = received.asDoubleBuffer();
    int most = Math.min(to.remaining(), Chunk.BYTES / Double.BYTES);
    double[] a = new double[most];
    double[] b = new double[most];
    while (to.hasRemaining()) {
      int count = Math.min(to.remaining(), most);
      to.get(to.position(), a, 0, count);
      from.get(b, 0, count);
      apply(a, b, count);
      to.put(a, 0, count);
    }
  }

  private void apply(double[] a, double[] b, int count) {
    switch (op) {
      case SUM, AVG -> {
        for (int i = 0; i < count; i++) {
          a[i] += b[i];
        }
      }
      case PRODUCT -> {
        for (int i = 0; i < count; i++) {
          a[i] *= b[i];
        }
      }
      case MIN -> {
        for (int i = 0; i < count; i++) {
          a[i] = Order.min(a[i], b[i]);
        }
      }
      case MAX -> {
        for (int i = 0; i < count; i++) {
          a[i] = Order.max(a[i], b[i]);
        }
      }
      case BAND, BOR, BXOR -> throw new AssertionError(op);
    }
  }
}
