package io.muster.collectives.internal.reduce;

import io.muster.collectives.ReduceOp;
import java.nio.ByteBuffer;

/**
 * Operators on signed or unsigned 8-bit elements. Only {@code MIN} and {@code MAX} depend on the
 * sign.
 *
 * @param signBit the mask that elements are XORed with before they are compared as Java's bytes
 */
record Bytes(ReduceOp op, int signBit) implements Reducer {
  static final int SIGNED = 0;
  static final int UNSIGNED = 0x80;

  @Override
  public int elementBytes() {
    return Byte.BYTES;
  }

  @Override
  public void reduce(ByteBuffer own, ByteBuffer received) {
    ByteBuffer to = own.slice();
    ByteBuffer from = received.slice();
    int most = Math.min(to.remaining(), Chunk.BYTES);
    byte[] a = new byte[most];
    byte[] b = new byte[most];
    while (to.hasRemaining()) {
      int count = Math.min(to.remaining(), most);
      to.get(to.position(), a, 0, count);
      from.get(b, 0, count);
      apply(a, b, count);
      to.put(a, 0, count);
    }
  }

  private void apply(byte[] a, byte[] b, int count) {
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
          a[i] = (byte) (b[i] ^ signBit) < (byte) (a[i] ^ signBit) ? b[i] : a[i];
        }
      }
      case MAX -> {
        for (int i = 0; i < count; i++) {
          a[i] = (byte) (a[i] ^ signBit) < (byte) (b[i] ^ signBit) ? b[i] : a[i];
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
