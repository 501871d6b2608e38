package io.muster.collectives.internal.reduce;

/** The piece of a buffer that is in an array at a time. */
final class Chunk {
  /** Small enough that the arrays stay in the first cache, large enough that a loop pays off. */
  static final int BYTES = 8 * 1024;

  private Chunk() {}
}
