package io.muster.collectives.internal.algorithm;

import java.nio.ByteBuffer;

/** Operations on the bytes between the position and the limit of a buffer. */
public final class Slice {
  private Slice() {}

  /**
   * The {@code length} bytes that follow {@code offset}, counted from the buffer's position, in the
   * buffer's byte order.
   */
  public static ByteBuffer of(ByteBuffer buffer, int offset, int length) {
    return buffer.slice(buffer.position() + offset, length).order(buffer.order());
  }

  /**
   * Copies the bytes of one buffer to another of the same length. Their positions do not change.
   */
  static void copy(ByteBuffer from, ByteBuffer to) {
    to.duplicate().put(from.duplicate());
  }
}
