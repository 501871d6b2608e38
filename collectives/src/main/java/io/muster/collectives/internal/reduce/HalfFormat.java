package io.muster.collectives.internal.reduce;

/**
 * Converts arrays between a 16-bit floating-point format and {@code float}. Widening is exact.
 * Narrowing rounds to the nearest number, ties to even.
 */
interface HalfFormat {
  /** Widens the first {@code count} elements of {@code from} into {@code to}. */
  void widen(short[] from, float[] to, int count);

  /** Narrows the first {@code count} elements of {@code from} into {@code to}. */
  void narrow(float[] from, short[] to, int count);
}
