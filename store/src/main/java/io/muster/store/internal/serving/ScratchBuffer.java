package io.muster.store.internal.serving;

import java.nio.ByteBuffer;

/**
 * A direct buffer that all connections of an event loop use in turn: they read into it, and copy
 * bytes into it that they send from the heap.
 */
final class ScratchBuffer {
  private static final int BYTES = 128 * 1024;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);

  /** The buffer, empty. It is valid until the next call. */
  ByteBuffer empty() {
    return buffer.clear();
  }
}
