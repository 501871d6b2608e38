package io.muster.rpc.internal.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;

/**
 * What agents tell each other beside calls.
 *
 * @param kind what is told
 * @param callee the incarnation of the worker that is meant
 * @param caller the rank that tells it
 * @param object the object that it is about
 * @param number of {@link Kind#HOLD} and {@link Kind#RELEASE} which hold it is, later ones having
 *     larger numbers; of {@link Kind#RECEIVED} the ticket
 */
public record Control(Kind kind, long callee, int caller, ObjectId object, long number) {
  private static final byte VERSION = 1;
  private static final int BYTES = 34;

  /** What can be told. */
  public enum Kind {
    /** Are you there? */
    PING(1),
    /** I refer to an object of yours. */
    HOLD(2),
    /** I no longer do. */
    RELEASE(3),
    /** I have registered the references in your answer. */
    RECEIVED(4);

    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }
  }

  private static final ObjectId NONE = new ObjectId(0, 0);

  /** Something that is not about an object. */
  public static Control of(Kind kind, long callee, int caller, long number) {
    return new Control(kind, callee, caller, NONE, number);
  }

  /** The message that tells it. */
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
   * What a message tells.
   *
   * @throws MalformedException if it is no such message
   */
  public static Control decode(byte[] message) {
    if (message.length != BYTES || message[0] != VERSION) {
      throw new MalformedException(
          String.format(Locale.ROOT, "%d bytes between agents", message.length));
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
                        String.format(Locale.ROOT, "a message of kind %d between agents", code)));
    return new Control(
        kind, in.getLong(), in.getInt(), new ObjectId(in.getInt(), in.getLong()), in.getLong());
  }
}
