package io.muster.store.internal.serving;

import io.muster.store.internal.wire.ByteSink;
import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What every reply of an event loop goes through. Short replies are held until several clients have
 * been served: whoever waits for the first is then awake for the others, and waking is what costs
 * the most. What a socket has no room for, its {@link Conversation} keeps.
 */
final class Outbox implements ByteSink {
  private static final int REPLY_BUFFER = 32 * 1024;
  private static final int BYTES = 128 * 1024;

  /** From so much on, it is sent before more is served. */
  private static final int ENOUGH = 64 * 1024;

  /** How many clients' replies are held at most, so that the first does not wait long. */
  private static final int MOST_HELD = 64;

  private final WireOutput replies = new WireOutput(this, REPLY_BUFFER);
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);

  /** Whose replies are held, in order, and where in the buffer each one's end. */
  private final @Nullable Conversation[] holders = new @Nullable Conversation[MOST_HELD];

  private final int[] ends = new int[MOST_HELD];
  private int held;

  /** Where the replies of the owner begin. */
  private int start;

  private @Nullable Conversation owner;

  /** Whose replies they are from now on, until {@link #close}. */
  void open(Conversation owner) {
    this.owner = owner;
    start = buffer.position();
  }

  /** Where to write replies. */
  WireOutput replies() {
    return replies;
  }

  /** Whether there are unsent replies of a client here. */
  boolean hasRepliesOf(Conversation client) {
    boolean found = owner == client;
    for (int i = 0; i < held; i++) {
      found |= holders[i] == client;
    }
    return found;
  }

  /** Whether there is enough to be sent. */
  boolean isFull() {
    return replies.pending() + buffer.position() - start >= ENOUGH;
  }

  /** Sends the owner's replies. */
  void send() throws IOException {
    replies.flush();
    sendBuffer();
  }

  /** Keeps the owner's replies to be sent by {@link #sendHeld}, at the latest. */
  void hold() throws IOException {
    replies.flush();
    Conversation client = owner;
    if (client == null || buffer.position() == start) {
      return;
    }
    holders[held] = client;
    ends[held] = buffer.position();
    held++;
    start = buffer.position();
    if (held == MOST_HELD || buffer.position() >= ENOUGH) {
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
      Objects.requireNonNull(holders[i]).tell(buffer);
    }
    // What is the owner's alone is behind them.
    buffer.limit(filled).position(from);
    buffer.compact();
    start = 0;
    held = 0;
    for (int i = 0; i < sent; i++) {
      Objects.requireNonNull(holders[i]).told();
      holders[i] = null;
    }
  }

  /** Forgets what could not be sent, and whose it was. */
  void close() throws IOException {
    owner = null;
    replies.flush();
    buffer.position(start);
  }

  /** The buffer for one to fill, send and leave empty, while nobody owns the outbox. */
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
    Conversation to = owner;
    if (to != null && buffer.position() > 0) {
      to.send(buffer.flip());
    }
    buffer.clear();
    start = 0;
  }
}
