package io.muster.collectives.internal.mesh;

/** Lengths of messages, first in, first out; without an object for each. */
final class Lengths {
  private static final long[] NONE = {};

  private long[] ring = NONE;
  private int first;
  private int count;

  boolean isEmpty() {
    return count == 0;
  }

  void add(long length) {
    if (count == ring.length) {
      long[] larger = new long[Math.max(4, 2 * count)];
      for (int i = 0; i < count; i++) {
        larger[i] = ring[(first + i) % count];
      }
      ring = larger;
      first = 0;
    }
    ring[(first + count) % ring.length] = length;
    count++;
  }

  /** The oldest, which is removed. There must be one. */
  long remove() {
    long length = ring[first];
    first = (first + 1) % ring.length;
    count--;
    return length;
  }

  /** The oldest. There must be one. */
  long peek() {
    return ring[first];
  }
}
