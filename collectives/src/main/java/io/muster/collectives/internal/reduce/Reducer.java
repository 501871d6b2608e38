package io.muster.collectives.internal.reduce;

import java.nio.ByteBuffer;

/** The operator of a reduction, on elements of one type. */
public interface Reducer {
  /**
   * Replaces each element {@code a} of {@code own} by {@code a op b}, where {@code b} is the
   * element at the same index of {@code received}.
   *
   * @param own a direct buffer in little-endian order. The bytes between position and limit, which
   *     do not change, are a whole number of elements and need not be aligned.
   * @param received another such buffer of the same length, whose contents do not change
   */
  void reduce(ByteBuffer own, ByteBuffer received);

  /** The number of bytes per element. */
  int elementBytes();
}
