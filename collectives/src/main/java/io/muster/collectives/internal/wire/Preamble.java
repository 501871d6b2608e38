package io.muster.collectives.internal.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The 48 bytes in front of every message between two ranks; six little-endian numbers of 64 bits.
 *
 * @param kind what follows
 * @param slot which of the streams between the two ranks it belongs to
 * @param length for {@link Kind#DATA} how many bytes follow; else how many are announced or wanted
 */
public record Preamble(Kind kind, long slot, long length) {
  /** How long a preamble is. */
  public static final int BYTES = 48;

  private static final int OFFSET_OF_KIND = 8;
  private static final int OFFSET_OF_SLOT = 16;
  private static final int OFFSET_OF_LENGTH = 32;

  /** What a message is for. */
  public enum Kind {
    /** The bytes of a send, which follow. The receiver has said that it is ready for them. */
    DATA(1),
    /** The sender has bytes for the receiver, which it will send when that is ready. */
    SEND_READY(2),
    /** The receiver has a place for the bytes of one send. */
    RECEIVE_READY(3);

    private final int opcode;

    Kind(int opcode) {
      this.opcode = opcode;
    }

    private static Kind of(long opcode) throws MalformedMessageException {
      return switch ((int) Math.max(-1, Math.min(opcode, 4))) {
        case 1 -> DATA;
        case 2 -> SEND_READY;
        case 3 -> RECEIVE_READY;
        default -> throw new MalformedMessageException("opcode " + opcode + ", not 1, 2 or 3");
      };
    }
  }

  /** The bytes, in a buffer that is ready to be read. */
  public ByteBuffer encode() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return bytes
        .putLong(kind == Kind.DATA ? BYTES + length : BYTES)
        .putLong(kind.opcode)
        .putLong(slot)
        .putLong(0)
        .putLong(length)
        .putLong(0)
        .flip();
  }

  /**
   * Reads the next {@link #BYTES} of a little-endian buffer and moves its position behind them.
   *
   * @throws MalformedMessageException if they are no preamble
   */
  public static Preamble decode(ByteBuffer in) throws MalformedMessageException {
    int start = in.position();
    long total = in.getLong(start);
    Kind kind = Kind.of(in.getLong(start + OFFSET_OF_KIND));
    long slot = in.getLong(start + OFFSET_OF_SLOT);
    long length = in.getLong(start + OFFSET_OF_LENGTH);
    if (length < 0) {
      throw new MalformedMessageException(kind + " with a length of " + length);
    }
    // Compared by subtraction, and only where that cannot wrap around as a sum could.
    if (kind == Kind.DATA ? total < BYTES || total - BYTES != length : total != BYTES) {
      throw new MalformedMessageException(
          kind + " of " + total + " bytes in all that says its length is " + length);
    }
    in.position(start + BYTES);
    return new Preamble(kind, slot, length);
  }
}
