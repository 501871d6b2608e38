package io.muster.store.internal.serving;

import java.nio.ByteBuffer;

/** What every read of an event loop goes into. */
final class Inbox {
  private static final int BYTES = 128 * 1024;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);

  /** The buffer, empty; until the next call. */
  ByteBuffer empty() {
    return buffer.clear();
  }
}
