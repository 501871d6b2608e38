package io.muster.collectives.internal.reduce;

import java.nio.ByteBuffer;

/** An operator on elements of one type. */
public interface Reducer {
  /**
   * Replaces each element {@code a} of {@code own} by {@code a op b}, where {@code b} is the
   * element at the same place of {@code received}.
   *
   * @param own a direct buffer in little-endian order; what is between its position and its limit
   *     is a whole number of elements, and need not be aligned. Neither moves.
   * @param received another of the same length, which stays as it is
   */
  void reduce(ByteBuffer own, ByteBuffer received);

  /** How many bytes an element has. */
  int elementBytes();
}
