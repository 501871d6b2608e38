package io.muster.store.internal.keyspace;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * Hashes of keys, other ones in each process: a client that chooses its keys must not be able to
 * choose them all of one hash. Eight bytes at a time are multiplied by a secret number to 128 bits,
 * which are folded to 64. Nothing that a client sees depends on the hashes.
 */
final class KeyHash {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long START;
  private static final long FACTOR;

  static {
    SplittableRandom random = new SplittableRandom();
    START = random.nextLong();
    FACTOR = random.nextLong() | 1;
  }

  private KeyHash() {}

  /** The hash of the first {@code length} bytes. */
  static int of(byte[] bytes, int length) {
    long hash = START ^ length;
    int i = 0;
    for (; i <= length - Long.BYTES; i += Long.BYTES) {
      hash = fold(hash ^ (long) LONG.get(bytes, i));
    }
    long rest = 0;
    for (; i < length; i++) {
      rest = rest << Byte.SIZE | (bytes[i] & 0xff);
    }
    hash = fold(hash ^ rest);
    return (int) (hash ^ hash >>> Integer.SIZE);
  }

  private static long fold(long number) {
    return number * FACTOR ^ Math.multiplyHigh(number, FACTOR);
  }
}
