package io.muster.store.internal.serving;

import java.nio.ByteBuffer;

/** The buffer that all connections of an event loop read into. */
final class ReadBuffer {
  private static final int BYTES = 128 * 1024;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);

  /** The buffer, empty. It is valid until the next call. */
  ByteBuffer empty() {
    return buffer.clear();
  }
}
