package io.muster.collectives.internal.reduce;

import io.muster.collectives.ReduceOp;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Operators on 32-bit floating-point elements. */
record Floats(ReduceOp op) implements Reducer {
  @Override
  public int elementBytes() {
    return Float.BYTES;
  }

  @Override
  public void reduce(ByteBuffer own, ByteBuffer received) {
    FloatBuffer to = own.asFloatBuffer();
    FloatBuffer from = received.asFloatBuffer();
    int most = Math.min(to.remaining(), Chunk.BYTES / Float.BYTES);
    float[] a = new float[most];
    float[] b = new float[most];
    while (to.hasRemaining()) {
      int count = Math.min(to.remaining(), most);
      to.get(to.position(), a, 0, count);
      from.get(b, 0, count);
      apply(a, b, count);
      to.put(a, 0, count);
    }
  }

  private void apply(float[] a, float[] b, int count) {
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
