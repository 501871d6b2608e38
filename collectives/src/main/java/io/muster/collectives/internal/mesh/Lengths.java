package io.muster.collectives.internal.mesh;

/** A FIFO queue of message lengths, which allocates no object per element. */
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

  /** Removes and returns the oldest length. The queue must not be empty. */
  long remove() {
    long length = ring[first];
    first = (first + 1) % ring.length;
    count--;
    return length;
  }

  /** Returns the oldest length. The queue must not be empty. */
  long peek() {
    return ring[first];
  }
}
