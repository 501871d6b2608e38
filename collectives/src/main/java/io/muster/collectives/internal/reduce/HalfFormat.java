package io.muster.collectives.internal.reduce;

/**
 * Numbers of 16 bits as {@code float}s, whole arrays at a time. Widening is exact; narrowing rounds
 * to the nearest number, of two that are as near to the even one.
 */
interface HalfFormat {
  /** Widens the first {@code count} elements of {@code from} into {@code to}. */
  void widen(short[] from, float[] to, int count);

  /** Narrows the first {@code count} elements of {@code from} into {@code to}. */
  void narrow(float[] from, short[] to, int count);
}
