package io.muster.rpc.internal.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;

/**
 * A control message between agents.
 *
 * @param kind the kind of the message
 * @param callee the incarnation of the receiving worker
 * @param caller the rank of the sending worker
 * @param object the object that is held or released
 * @param number for {@link Kind#HOLD} and {@link Kind#RELEASE} the number of the hold, which is
 *     larger for later ones; for {@link Kind#RECEIVED} the ticket of the response
 */
public record Control(Kind kind, long callee, int caller, ObjectId object, long number) {
  private static final byte VERSION = 1;
  private static final int BYTES = 34;

  /** The kinds of control messages. */
  public enum Kind {
    /** Asks whether the receiver is alive. */
    PING(1),
    /** The sender holds an object of the receiver. */
    HOLD(2),
    /** The sender no longer holds an object of the receiver. */
    RELEASE(3),
    /** The sender has registered the references in a response of the receiver. */
    RECEIVED(4);

    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }
  }

  private static final ObjectId NONE = new ObjectId(0, 0);

  /** Makes a message that is not about an object. */
  public static Control of(Kind kind, long callee, int caller, long number) {
    return new Control(kind, callee, caller, NONE, number);
  }

  /** Encodes this message. */
  public Frame encode() {
    return Frame.of(
        ByteBuffer.allocate(BYTES)
            .put(VERSION)
            .put(kind.code)
            .putLong(callee)
            .putInt(caller)
            .putInt(object.creator())
            .putLong(object.number())
            .putLong(number)
            .array());
  }

  /**
   * Decodes a message.
   *
   * @throws MalformedException if it is not a control message
   */
  public static Control decode(byte[] message) {
    if (message.length != BYTES || message[0] != VERSION) {
      throw new MalformedException(
          String.format(Locale.ROOT, "a control message of %d bytes", message.length));
    }
    ByteBuffer in = ByteBuffer.wrap(message, 1, BYTES - 1);
    byte code = in.get();
    Kind kind =
        Arrays.stream(Kind.values())
            .filter(known -> known.code == code)
            .findFirst()
            .orElseThrow(
                () ->
                    new MalformedException(
                        String.format(Locale.ROOT, "a control message of kind %d", code)));
    return new Control(
        kind, in.getLong(), in.getInt(), new ObjectId(in.getInt(), in.getLong()), in.getLong());
  }
}
