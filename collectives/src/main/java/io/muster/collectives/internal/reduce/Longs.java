package io.muster.collectives.internal.reduce;

import io.muster.collectives.ReduceOp;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;

/** Operators on 64-bit integers. */
record Longs(ReduceOp op) implements Reducer {
  @Override
  public int elementBytes() {
    return Long.BYTES;
  }

  @Override
  public void reduce(ByteBuffer own, ByteBuffer received) {
    LongBuffer to = own.asLongBuffer();
    LongBuffer from = received.asLongBuffer();
    int most = Math.min(to.remaining(), Chunk.BYTES / Long.BYTES);
    long[] a = new long[most];
    long[] b = new long[most];
    while (to.hasRemaining()) {
      int count = Math.min(to.remaining(), most);
      to.get(to.position(), a, 0, count);
      from.get(b, 0, count);
      apply(a, b, count);
      to.put(a, 0, count);
    }
  }

  private void apply(long[] a, long[] b, int count) {
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
