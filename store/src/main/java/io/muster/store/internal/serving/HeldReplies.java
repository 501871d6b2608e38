package io.muster.store.internal.serving;

import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The replies of an event loop that are not sent yet: those of clients that have been served, in
 * the order they were served, and after them those of the client that is being served.
 *
 * <p>Short replies are held until several clients have been served, so that one wake-up of a client
 * process serves several replies; wake-ups are the largest cost.
 */
final class HeldReplies {
  /** Replies are sent from this length on, before more requests are served. */
  private static final int ENOUGH = 64 * 1024;

  /**
   * The number of clients whose replies are held at most, so that the first is not delayed long.
   */
  private static final int MAX_HELD = 64;

  /** A client that is sent replies. */
  interface Recipient {
    /** Sends replies, and keeps what the socket has no room for. */
    void send(ByteBuffer replies) throws IOException;

    /** Replies are held for this client, until {@link #onDelivered}. */
    void onHeld();

    /** Sends replies that were held. It does not throw. */
    void deliver(ByteBuffer replies);

    /** All replies that were held have been delivered. It does not throw. */
    void onDelivered();
  }

  private final ReplyBuffer buffer = new ReplyBuffer(this::sendAll);

  /** The clients whose replies are held, in order. */
  private final @Nullable Recipient[] holders = new @Nullable Recipient[MAX_HELD];

  /** The position in the buffer at which the replies of each of them end. */
  private final int[] ends = new int[MAX_HELD];

  private int held;

  /** The client that is being served, and the position at which its replies begin. */
  private @Nullable Recipient served;

  private int start;

  /** A client is served: what is written from now until {@link #end} is for this client. */
  void begin(Recipient client) {
    served = client;
    start = buffer.length();
  }

  /** Where to write replies. */
  WireOutput output() {
    return buffer.output();
  }

  /** Whether the replies of the client that is served should be sent before more is served. */
  boolean areEnough() {
    return buffer.lengthWithPending() - start >= ENOUGH;
  }

  /** Sends the replies of the client that is served, after all that are held. */
  void sendNow() throws IOException {
    buffer.output().flush();
    sendAll();
  }

  /** Holds the replies of the client that is served until {@link #send} at the latest. */
  void hold() throws IOException {
    buffer.output().flush();
    Recipient client = served;
    int end = buffer.length();
    if (client == null || end == start) {
      return;
    }
    holders[held] = client;
    client.onHeld();
    ends[held] = end;
    held++;
    start = end;
    if (held == MAX_HELD || end >= ENOUGH) {
      send();
    }
  }

  /** The client is served. Discards its replies that were neither sent nor held. */
  void end() throws IOException {
    served = null;
    buffer.output().flush();
    buffer.truncate(start);
  }

  /** The number of clients whose replies are held. */
  int count() {
    return held;
  }

  /** Sends the replies that are held. It does not throw. */
  void send() {
    if (held == 0) {
      return;
    }
    int sent = held;
    int from = 0;
    for (int i = 0; i < sent; i++) {
      Objects.requireNonNull(holders[i]).deliver(buffer.range(from, ends[i]));
      from = ends[i];
    }
    // The replies of the client that is served follow those that were held.
    buffer.removeFirst(from);
    start = 0;
    held = 0;
    for (int i = 0; i < sent; i++) {
      Recipient client = Objects.requireNonNull(holders[i]);
      holders[i] = null;
      client.onDelivered();
    }
  }

  private void sendAll() throws IOException {
    send();
    Recipient client = served;
    if (client != null && buffer.length() > 0) {
      client.send(buffer.range(0, buffer.length()));
    }
    buffer.clear();
    start = 0;
  }
}
