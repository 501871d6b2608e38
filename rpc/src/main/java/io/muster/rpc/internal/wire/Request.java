package io.muster.rpc.internal.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * A call.
 *
 * @param callee the incarnation of the called worker
 * @param caller the rank of the calling worker
 * @param function the name of the function
 * @param target the object whose method is called; empty for functions and services
 * @param result the identifier under which the called worker keeps the result; empty if it returns
 *     the result
 * @param arguments the array of arguments, as the codec encodes it
 */
public record Request(
    long callee,
    int caller,
    String function,
    Optional<ObjectId> target,
    Optional<ObjectId> result,
    Body arguments) {
  private static final byte VERSION = 1;
  private static final int HAS_TARGET = 1;
  private static final int HAS_RESULT = 2;
  private static final int MAX_FUNCTION_BYTES = 0xffff;

  /** Encodes this request. */
  public Frame encode() {
    byte[] name = function.getBytes(StandardCharsets.UTF_8);
    if (name.length > MAX_FUNCTION_BYTES) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the function name has %d bytes; at most %d are allowed",
              name.length,
              MAX_FUNCTION_BYTES));
    }
    int ids = (target.isPresent() ? 1 : 0) + (result.isPresent() ? 1 : 0);
    ByteBuffer head = ByteBuffer.allocate(16 + ids * 12 + name.length);
    head.put(VERSION).putLong(callee).putInt(caller);
    head.put(
        (byte) ((target.isPresent() ? HAS_TARGET : 0) | (result.isPresent() ? HAS_RESULT : 0)));
    target.ifPresent(id -> put(head, id));
    result.ifPresent(id -> put(head, id));
    head.putShort((short) name.length).put(name);
    return new Frame(Body.of(head.array()), arguments);
  }

  /**
   * Decodes a message.
   *
   * @throws MalformedException if it is not a request
   */
  public static Request decode(byte[] message) {
    ByteBuffer in = ByteBuffer.wrap(message);
    try {
      byte version = in.get();
      if (version != VERSION) {
        throw new MalformedException(
            String.format(Locale.ROOT, "a request of version %d, not %d", version, VERSION));
      }
      long callee = in.getLong();
      int caller = in.getInt();
      int flags = in.get();
      if ((flags & ~(HAS_TARGET | HAS_RESULT)) != 0) {
        throw new MalformedException(String.format(Locale.ROOT, "a request with flags %#x", flags));
      }
      Optional<ObjectId> target =
          (flags & HAS_TARGET) != 0 ? Optional.of(id(in)) : Optional.empty();
      Optional<ObjectId> result =
          (flags & HAS_RESULT) != 0 ? Optional.of(id(in)) : Optional.empty();
      int length = Short.toUnsignedInt(in.getShort());
      if (length > in.remaining()) {
        throw new MalformedException(
            String.format(
                Locale.ROOT,
                "a function name of %d bytes where %d are left",
                length,
                in.remaining()));
      }
      String function = new String(message, in.position(), length, StandardCharsets.UTF_8);
      int start = in.position() + length;
      Body arguments = new Body(message, start, message.length - start);
      return new Request(callee, caller, function, target, result, arguments);
    } catch (BufferUnderflowException e) {
      throw new MalformedException(
          String.format(Locale.ROOT, "a request of only %d bytes", message.length));
    }
  }

  private static void put(ByteBuffer out, ObjectId id) {
    out.putInt(id.creator()).putLong(id.number());
  }

  private static ObjectId id(ByteBuffer in) {
    return new ObjectId(in.getInt(), in.getLong());
  }
}
