package io.muster.store.internal.serving;

import io.muster.store.internal.wire.ByteSink;
import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The buffer that all connections of an event loop write replies into. Short replies are held until
 * several clients have been served, so that one wake-up of a client process serves several replies;
 * wake-ups are the largest cost. Each {@link EventLoopConnection} keeps what its socket has no room
 * for.
 */
final class ReplyBuffer implements ByteSink {
  private static final int REPLY_BUFFER = 32 * 1024;
  private static final int BYTES = 128 * 1024;

  /** Replies are sent from this length on, before more requests are served. */
  private static final int ENOUGH = 64 * 1024;

  /**
   * The number of clients whose replies are held at most, so that the first is not delayed long.
   */
  private static final int MAX_HELD = 64;

  private final WireOutput replies = new WireOutput(this, REPLY_BUFFER);
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);

  /** The clients whose replies are held, in order. */
  private final @Nullable EventLoopConnection[] holders =
      new @Nullable EventLoopConnection[MAX_HELD];

  /** The position in the buffer at which the replies of each holder end. */
  private final int[] ends = new int[MAX_HELD];

  private int held;

  /** The position at which the replies of the owner begin. */
  private int start;

  private @Nullable EventLoopConnection owner;

  /** Makes a connection the owner of all replies until {@link #close}. */
  void open(EventLoopConnection owner) {
    this.owner = owner;
    start = buffer.position();
  }

  /** Where to write replies. */
  WireOutput replies() {
    return replies;
  }

  /** Whether replies are being written for a connection. */
  boolean isOwner(EventLoopConnection client) {
    return owner == client;
  }

  /** Whether the owner's replies should be sent before more requests are served. */
  boolean isFull() {
    return replies.pending() + buffer.position() - start >= ENOUGH;
  }

  /** Sends the owner's replies. */
  void send() throws IOException {
    replies.flush();
    sendBuffer();
  }

  /** Holds the owner's replies until {@link #sendHeld} at the latest. */
  void hold() throws IOException {
    replies.flush();
    EventLoopConnection client = owner;
    if (client == null || buffer.position() == start) {
      return;
    }
    holders[held] = client;
    client.hold();
    ends[held] = buffer.position();
    held++;
    start = buffer.position();
    if (held == MAX_HELD || buffer.position() >= ENOUGH) {
      sendHeld();
    }
  }

  /** The number of clients whose replies are held. */
  int held() {
    return held;
  }

  /** Sends the replies that are held. */
  void sendHeld() {
    if (held == 0) {
      return;
    }
    int filled = buffer.position();
    int sent = held;
    int from = 0;
    for (int i = 0; i < sent; i++) {
      buffer.limit(ends[i]).position(from);
      from = ends[i];
      Objects.requireNonNull(holders[i]).deliver(buffer);
    }
    // The replies of the owner follow those that were held.
    buffer.limit(filled).position(from);
    buffer.compact();
    start = 0;
    held = 0;
    for (int i = 0; i < sent; i++) {
      Objects.requireNonNull(holders[i]).rearm();
      holders[i] = null;
    }
  }

  /** Discards what could not be sent, and the owner. */
  void close() throws IOException {
    owner = null;
    replies.flush();
    buffer.position(start);
  }

  /** The empty buffer, for a caller that fills, sends and empties it while there is no owner. */
  ByteBuffer buffer() {
    sendHeld();
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
    sendHeld();
    EventLoopConnection to = owner;
    if (to != null && buffer.position() > 0) {
      to.send(buffer.flip());
    }
    buffer.clear();
    start = 0;
  }
}
