package io.muster.collectives.internal.reduce;

import io.muster.collectives.ReduceOp;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;

/** Operators on 32-bit integers. */
record Ints(ReduceOp op) implements Reducer {
  @Override
  public int elementBytes() {
    return Integer.BYTES;
  }

  @Override
  public void reduce(ByteBuffer own, ByteBuffer received) {
    IntBuffer to = own.asIntBuffer();
    IntBuffer from = received.asIntBuffer();
    int most = Math.min(to.remaining(), Chunk.BYTES / Integer.BYTES);
    int[] a = new int[most];
    int[] b = new int[most];
    while (to.hasRemaining()) {
      int count = Math.min(to.remaining(), most);
      to.get(to.position(), a, 0, count);
      from.get(b, 0, count);
      apply(a, b, count);
      to.put(a, 0, count);
    }
  }

  private void apply(int[] a, int[] b, int count) {
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
          a[i] = b[i] < a[i] ? b[i] : a[i];
        }
      }
      case MAX -> {
        for (int i = 0; i < count; i++) {
          a[i] = a[i] < b[i] ? b[i] : a[i];
        }
      }
      case BAND -> {
        for (int i = 0; i < count; i++) {
          a[i] &= b[i];
        }
      }
      case BOR -> {
        for (int i = 0; i < count; i++) {
          a[i] |= b[i];
        }
      }
      case BXOR -> {
        for (int i = 0; i < count; i++) {
          a[i] ^= b[i];
        }
      }
    }
  }
}
