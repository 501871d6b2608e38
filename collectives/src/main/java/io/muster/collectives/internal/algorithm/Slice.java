package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;

/** Bytes between a buffer's position and its limit. */
final class Slice {
  private Slice() {}

  /** The {@code length} bytes that follow {@code offset}, counted from the buffer's position. */
  static ByteBuffer of(ByteBuffer buffer, int offset, int length) {
    return buffer.slice(buffer.position() + offset, length).order(buffer.order());
  }

  /** Copies the bytes of one buffer to another of the same length. Neither moves. */
  static void copy(ByteBuffer from, ByteBuffer to) {
    to.duplicate().put(from.duplicate());
  }
}
