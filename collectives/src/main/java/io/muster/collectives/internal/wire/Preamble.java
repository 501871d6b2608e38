package io.muster.collectives.internal.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The 48 bytes before each message between two ranks: six little-endian 64-bit integers.
 *
 * @param kind the purpose of the message
 * @param slot the message stream between the two ranks
 * @param length for {@link Kind#DATA} the number of bytes that follow; otherwise the length of the
 *     send or receive that the message announces
 */
public record Preamble(Kind kind, long slot, long length) {
  /** The length of a preamble. */
  public static final int BYTES = 48;

  private static final int OFFSET_KIND = 8;
  private static final int OFFSET_SLOT = 16;
  private static final int OFFSET_LENGTH = 32;

  /** The purpose of a message. */
  public enum Kind {
    /** The bytes of a send follow. The receiver has announced the matching receive. */
    DATA(1),
    /** Announces a send. Its bytes follow once the receiver has announced the receive. */
    SEND_READY(2),
    /** Announces a receive, which is ready for the bytes of one send. */
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

  /** Encodes this preamble into a new buffer, from its position to its limit. */
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
   * Decodes the next {@link #BYTES} of a little-endian buffer and advances its position.
   *
   * @throws MalformedMessageException if they are not a valid preamble
   */
  public static Preamble decode(ByteBuffer in) throws MalformedMessageException {
    int start = in.position();
    long total = in.getLong(start);
    Kind kind = Kind.of(in.getLong(start + OFFSET_KIND));
    long slot = in.getLong(start + OFFSET_SLOT);
    long length = in.getLong(start + OFFSET_LENGTH);
    if (length < 0) {
      throw new MalformedMessageException(kind + " with a length of " + length);
    }
    // A subtraction cannot overflow here; a sum could.
    if (kind == Kind.DATA ? total < BYTES || total - BYTES != length : total != BYTES) {
      throw new MalformedMessageException(
          kind + " of " + total + " bytes in all that says its length is " + length);
    }
    in.position(start + BYTES);
    return new Preamble(kind, slot, length);
  }
}
