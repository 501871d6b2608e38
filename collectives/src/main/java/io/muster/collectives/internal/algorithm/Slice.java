package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;

/** Part of a buffer, in the order of its bytes. */
final class Slice {
  private Slice() {}

  /** The {@code length} bytes that follow {@code offset}, counted from the buffer's position. */
  static ByteBuffer of(ByteBuffer buffer, int offset, int length) {
    return buffer.slice(buffer.position() + offset, length).order(buffer.order());
  }
}
