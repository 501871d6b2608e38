package io.muster.collectives.internal.reduce;

/** The part of a buffer that is copied to an array at a time. */
final class Chunk {
  /** Small enough that the arrays stay in the L1 cache; large enough for the loops to vectorize. */
  static final int BYTES = 8 * 1024;

  private Chunk() {}
}
