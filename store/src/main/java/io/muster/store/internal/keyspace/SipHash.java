package io.muster.store.internal.keyspace;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * SipHash, a keyed hash function by Aumasson and Bernstein with a 128-bit key. Without the key,
 * nobody can choose inputs with equal hashes, even by observing the effects of other inputs.
 */
final class SipHash {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private SipHash() {}

  /** SipHash-1-3 of the first {@code length} bytes, the variant for hash tables. */
  static long of13(long key0, long key1, byte[] bytes, int length) {
    return of(1, 3, key0, key1, bytes, length);
  }

  /**
   * SipHash of the first {@code length} bytes.
   *
   * @param rounds the number of rounds per eight bytes
   * @param lastRounds the number of rounds at the end
   */
  static long of(int rounds, int lastRounds, long key0, long key1, byte[] bytes, int length) {
    long v0 = key0 ^ 0x736f6d6570736575L;
    long v1 = key1 ^ 0x646f72616e646f6dL;
    long v2 = key0 ^ 0x6c7967656e657261L;
    long v3 = key1 ^ 0x7465646279746573L;
    long last = lastWord(bytes, length);
    int whole = length & -Long.BYTES;
    for (int i = 0; i <= whole; i += Long.BYTES) {
      long word = i < whole ? (long) LONG.get(bytes, i) : last;
      v3 ^= word;
      for (int round = 0; round < rounds; round++) {
        v0 += v1;
        v2 += v3;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 = Long.rotateLeft(v0, 32) + v3;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 = Long.rotateLeft(v2, 32);
      }
      v0 ^= word;
    }
    v2 ^= 0xff;
    for (int round = 0; round < lastRounds; round++) {
      v0 += v1;
      v2 += v3;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 = Long.rotateLeft(v0, 32) + v3;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 = Long.rotateLeft(v2, 32);
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }

  /** Returns the bytes that do not fill a word, with the length in the highest byte. */
  private static long lastWord(byte[] bytes, int length) {
    int rest = length & (Long.BYTES - 1);
    long word = (long) length << (Long.SIZE - Byte.SIZE);
    if (length >= Long.BYTES) {
      // Shifts twice, because a shift by 64 bits has no effect.
      long end = (long) LONG.get(bytes, length - Long.BYTES);
      return word | end >>> Byte.SIZE >>> (Long.SIZE - Byte.SIZE - rest * Byte.SIZE);
    }
    for (int i = 0; i < rest; i++) {
      word |= (bytes[i] & 0xffL) << (i * Byte.SIZE);
    }
    return word;
  }
}
