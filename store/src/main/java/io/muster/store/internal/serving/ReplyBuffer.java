package io.muster.store.internal.serving;

import io.muster.store.internal.wire.ByteSink;
import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A direct buffer that replies are written into, one after another. It knows no clients. */
final class ReplyBuffer implements ByteSink {
  private static final int OUTPUT_BUFFER = 32 * 1024;
  private static final int BYTES = 128 * 1024;

  private final WireOutput output = new WireOutput(this, OUTPUT_BUFFER);
  private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
  private final ByteBuffer range = bytes.duplicate();
  private final Overflow overflow;

  /** What happens when the buffer is full. */
  interface Overflow {
    /** Sends what is in the buffer, and {@linkplain #clear clears} it. */
    void sendAll() throws IOException;
  }

  ReplyBuffer(Overflow overflow) {
    this.overflow = overflow;
  }

  /** Where to write replies. They are in the buffer after a flush. */
  WireOutput output() {
    return output;
  }

  /** How many bytes are in the buffer. */
  int length() {
    return bytes.position();
  }

  /** How many bytes are in the buffer, and how many a flush would add. */
  int lengthWithPending() {
    return bytes.position() + output.pending();
  }

  /** Bytes of the buffer. They are valid until the next call of any method. */
  ByteBuffer range(int from, int to) {
    return range.clear().position(from).limit(to);
  }

  /** Removes bytes from the beginning. */
  void removeFirst(int count) {
    if (count == bytes.position()) {
      bytes.clear();
    } else {
      bytes.flip().position(count);
      bytes.compact();
    }
  }

  /** Removes bytes from the end. */
  void truncate(int length) {
    bytes.position(length);
  }

  void clear() {
    bytes.clear();
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    for (int from = 0; from < length; ) {
      if (!bytes.hasRemaining()) {
        overflow.sendAll();
      }
      int some = Math.min(bytes.remaining(), length - from);
      bytes.put(source, offset + from, some);
      from += some;
    }
  }
}
