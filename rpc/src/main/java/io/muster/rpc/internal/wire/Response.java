package io.muster.rpc.internal.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The response to a call that has run. */
public sealed interface Response {
  /** The tag of {@link Value}. */
  byte VALUE = 0;

  /** The tag of {@link Failure}. */
  byte THROWN = 1;

  /** The tag of {@link ValueWithReferences}. */
  byte VALUE_WITH_REFERENCES = 2;

  /** Encodes this response. */
  Frame encode();

  /**
   * The function returned.
   *
   * @param result the result, as the codec encodes it
   */
  record Value(Body result) implements Response {
    private static final Body HEAD = Body.of(new byte[] {VALUE});

    @Override
    public Frame encode() {
      return new Frame(HEAD, result);
    }
  }

  /**
   * The function returned, and its result contains references. The called worker holds them until
   * the caller acknowledges that it does.
   *
   * @param ticket the number by which the caller acknowledges the references
   * @param result the result, as the codec encodes it
   */
  record ValueWithReferences(long ticket, Body result) implements Response {
    @Override
    public Frame encode() {
      byte[] head = ByteBuffer.allocate(9).put(VALUE_WITH_REFERENCES).putLong(ticket).array();
      return new Frame(Body.of(head), result);
    }
  }

  /** The function threw an exception. */
  record Failure(RemoteFailure thrown) implements Response {
    @Override
    public Frame encode() {
      byte[] className = thrown.className().getBytes(StandardCharsets.UTF_8);
      byte[] message = thrown.message().getBytes(StandardCharsets.UTF_8);
      byte[] stack = thrown.stack().getBytes(StandardCharsets.UTF_8);
      ByteBuffer head =
          ByteBuffer.allocate(13 + className.length + message.length + stack.length).put(THROWN);
      head.putInt(className.length).put(className);
      head.putInt(message.length).put(message);
      head.putInt(stack.length).put(stack);
      return Frame.of(head.array());
    }
  }

  /**
   * Decodes a message.
   *
   * @throws MalformedException if it is not a response
   */
  static Response decode(byte[] message) {
    ByteBuffer in = ByteBuffer.wrap(message);
    try {
      byte tag = in.get();
      return switch (tag) {
        case VALUE -> new Value(rest(message, in));
        case VALUE_WITH_REFERENCES -> new ValueWithReferences(in.getLong(), rest(message, in));
        case THROWN ->
            new Failure(new RemoteFailure(text(message, in), text(message, in), text(message, in)));
        default ->
            throw new MalformedException(String.format(Locale.ROOT, "a response of kind %d", tag));
      };
    } catch (BufferUnderflowException e) {
      throw new MalformedException(
          String.format(Locale.ROOT, "a response of only %d bytes", message.length));
    }
  }

  private static Body rest(byte[] message, ByteBuffer in) {
    return new Body(message, in.position(), in.remaining());
  }

  private static String text(byte[] message, ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new MalformedException(
          String.format(
              Locale.ROOT, "a text of %d bytes where %d are left", length, in.remaining()));
    }
    String text = new String(message, in.position(), length, StandardCharsets.UTF_8);
    in.position(in.position() + length);
    return text;
  }
}
