package io.muster.store.internal.serving;

import io.muster.store.internal.wire.ByteSink;
import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What every reply of an event loop goes through. It is one client's at a time, and empty when the
 * next one's turn comes: what a socket has no room for, its {@link Conversation} keeps.
 */
final class Outbox implements ByteSink {
  private static final int REPLY_BUFFER = 32 * 1024;
  private static final int BYTES = 128 * 1024;

  /** From so much on, it is sent before more is served. */
  private static final int ENOUGH = 64 * 1024;

  private final WireOutput replies = new WireOutput(this, REPLY_BUFFER);
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
  private @Nullable Conversation owner;

  /** Whose replies they are from now on, until {@link #close}. */
  void open(Conversation owner) {
    this.owner = owner;
  }

  /** Where to write replies. */
  WireOutput replies() {
    return replies;
  }

  /** Whether there is enough to be sent. */
  boolean isFull() {
    return replies.pending() + buffer.position() >= ENOUGH;
  }

  /** Sends all that there is. */
  void send() throws IOException {
    replies.flush();
    sendBuffer();
  }

  /** Forgets what could not be sent, and whose it was. */
  void close() throws IOException {
    owner = null;
    replies.flush();
    buffer.clear();
  }

  /** The buffer for one to fill, send and leave empty, while nobody owns the outbox. */
  ByteBuffer buffer() {
    return buffer;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    for (int from = 0; from < length; ) {
      if (!buffer.hasRemaining()) {
        sendBuffer();
      }
      int some = Math.min(buffer.remaining(), length - from);
      buffer.put(bytes, offset + from, some);
      from += some;
    }
  }

  private void sendBuffer() throws IOException {
    Conversation to = owner;
    if (to != null && buffer.position() > 0) {
      to.send(buffer.flip());
    }
    buffer.clear();
  }
}
