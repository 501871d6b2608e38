package io.muster.collectives.internal.mesh;

import io.muster.collectives.internal.wire.MalformedMessageException;
import io.muster.collectives.internal.wire.Preamble;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages of one peer. Long data are read directly into the buffer of their receive.
 * Used by one thread.
 */
final class Inbound {
  /** The maximum number of reads before other connections have their turn. */
  private static final int READS_IN_A_ROW = 16;

  /**
   * Handles the messages, on the I/O thread. Messages that it queues meanwhile, such as the data of
   * a send whose receive was announced, are sent once {@link Pair} has handled all that was read.
   */
  interface Receiver {
    /** Called with a message that consists of a preamble only. */
    void onReady(Preamble preamble) throws IOException;

    /** Called with the preamble of data; returns the receive, whose buffer is long enough. */
    PostedMessage onData(Preamble preamble) throws MalformedMessageException;

    /** Called when all bytes of {@code receive} have arrived. */
    void onArrival(PostedMessage receive);
  }

  private final Receiver receiver;
  private final ByteBuffer partialPreamble = ByteBuffer.allocate(Preamble.BYTES);
  private @Nullable PostedMessage receive;

  /** The rest of the receive buffer while data are arriving; otherwise null. */
  private @Nullable ByteBuffer destination;

  Inbound(Receiver receiver) {
    this.receiver = receiver;
  }

  /**
   * Reads the bytes that have arrived. Does not block.
   *
   * @param staging a direct buffer that this method may use until it returns
   * @return the number of bytes; -1 at the end of the stream
   */
  long read(ReadableByteChannel channel, ByteBuffer staging) throws IOException {
    long total = 0;
    boolean maybeMore = true;
    for (int i = 0; i < READS_IN_A_ROW && maybeMore; i++) {
      ByteBuffer direct = destination;
      ByteBuffer into = direct == null ? startOf(staging) : direct;
      int count = channel.read(into);
      if (count < 0) {
        return -1;
      }
      total += count;
      boolean full = !into.hasRemaining();
      // Long data keep arriving while they are read. A short message is often the only one.
      maybeMore = full || (direct != null && count > 0);
      if (direct == null) {
        accept(staging.flip());
      } else if (full) {
        arrived();
      }
    }
    return total;
  }

  /** The staging buffer, which begins with the preamble that has arrived in part. */
  private ByteBuffer startOf(ByteBuffer staging) {
    staging.clear().put(partialPreamble.flip());
    partialPreamble.clear();
    return staging;
  }

  /** Handles the bytes of a buffer. */
  private void accept(ByteBuffer bytes) throws IOException {
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (destination != null) {
        copy(bytes, destination);
      } else if (bytes.remaining() < Preamble.BYTES) {
        partialPreamble.put(bytes);
      } else {
        accept(Preamble.decode(bytes));
      }
    }
  }

  private void accept(Preamble preamble) throws IOException {
    if (preamble.kind() != Preamble.Kind.DATA) {
      receiver.onReady(preamble);
      return;
    }
    PostedMessage owner = receiver.onData(preamble);
    receive = owner;
    destination = owner.data().slice().limit((int) preamble.length());
    if (preamble.length() == 0) {
      arrived();
    }
  }

  private void copy(ByteBuffer bytes, ByteBuffer into) {
    int count = Math.min(bytes.remaining(), into.remaining());
    into.put(bytes.slice().limit(count));
    bytes.position(bytes.position() + count);
    if (!into.hasRemaining()) {
      arrived();
    }
  }

  private void arrived() {
    PostedMessage complete = receive;
    receive = null;
    destination = null;
    if (complete != null) {
      receiver.onArrival(complete);
    }
  }

  /** The receive whose bytes have arrived in part; null if there is none. */
  @Nullable PostedMessage unfinished() {
    return receive;
  }
}
