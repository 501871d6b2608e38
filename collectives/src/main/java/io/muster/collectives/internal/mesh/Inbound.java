package io.muster.collectives.internal.mesh;

import io.muster.collectives.internal.wire.MalformedMessageException;
import io.muster.collectives.internal.wire.Preamble;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one peer as they arrive. Long data are read straight to where they belong. Used
 * by one thread.
 */
final class Inbound {
  /** How often to read before others have their turn. */
  private static final int READS_IN_A_ROW = 16;

  /** Who learns of the messages. */
  interface Receiver {
    /** A message that consists of a preamble only. */
    void onReady(Preamble preamble) throws IOException;

    /** The preamble of data; returns whose they are, which has room for them. */
    PostedMessage onData(Preamble preamble) throws MalformedMessageException;

    /** All the bytes of {@code receive} are there. */
    void onArrival(PostedMessage receive);
  }

  private final Receiver receiver;
  private final ByteBuffer partialPreamble = ByteBuffer.allocate(Preamble.BYTES);
  private @Nullable PostedMessage receive;

  /** Where the next bytes go, if data are arriving. */
  private @Nullable ByteBuffer place;

  Inbound(Receiver receiver) {
    this.receiver = receiver;
  }

  /**
   * Reads what has come.
   *
   * @param staging a direct buffer to read through, free until this returns
   * @return false at the end of the stream
   */
  boolean read(ReadableByteChannel channel, ByteBuffer staging) throws IOException {
    boolean maybeMore = true;
    for (int i = 0; i < READS_IN_A_ROW && maybeMore; i++) {
      ByteBuffer direct = place;
      ByteBuffer into = direct == null ? startOf(staging) : direct;
      int count = channel.read(into);
      if (count < 0) {
        return false;
      }
      boolean full = !into.hasRemaining();
      // Of long data more comes while some is read; a short message is often the only one.
      maybeMore = full || (direct != null && count > 0);
      if (direct == null) {
        accept(staging.flip());
      } else if (full) {
        arrived();
      }
    }
    return true;
  }

  /** The staging buffer with the preamble in it of which not all has come. */
  private ByteBuffer startOf(ByteBuffer staging) {
    staging.clear().put(partialPreamble.flip());
    partialPreamble.clear();
    return staging;
  }

  /** Takes the bytes of a buffer, which is in little-endian order. */
  private void accept(ByteBuffer bytes) throws IOException {
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (place != null) {
        take(bytes, place);
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
    place = owner.data().slice().limit((int) preamble.length());
    if (preamble.length() == 0) {
      arrived();
    }
  }

  private void take(ByteBuffer bytes, ByteBuffer into) {
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
    place = null;
    if (complete != null) {
      receiver.onArrival(complete);
    }
  }

  /** The receive whose bytes have arrived in part, if there is one. */
  @Nullable PostedMessage unfinished() {
    return receive;
  }
}
