package io.muster.store.internal.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The last message of a server on a connection that has {@link Hello#REFUSALS}: eight bytes that
 * cannot begin any other reply, and the reason. It takes the place of the next reply, whichever
 * request was refused.
 */
public final class Refusal {
  /** The first byte, which no one-byte reply uses. */
  static final int FIRST_BYTE = 0xff;

  /** The eight bytes as a number. It is negative, unlike any length or count. */
  static final long MARK = 0xDE53_5546_4552_00FFL;

  private static final int MAX_REASON = 1024;

  private Refusal() {}

  /** Writes a refusal. */
  public static void write(WireOutput out, String reason) throws IOException {
    out.putLong(MARK);
    out.putBlob(bytes(reason));
  }

  /** Encodes a refusal. */
  public static byte[] encode(String reason) {
    byte[] bytes = bytes(reason);
    return ByteBuffer.allocate(2 * Long.BYTES + bytes.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(MARK)
        .putLong(bytes.length)
        .put(bytes)
        .array();
  }

  private static byte[] bytes(String reason) {
    return reason.substring(0, Math.min(MAX_REASON, reason.length())).getBytes(UTF_8);
  }

  /** Reads the reason that follows the mark. */
  static RefusedException read(WireInput in) throws IOException {
    long length = in.getNumber();
    if (length < 0 || length > 4 * MAX_REASON) {
      throw new WireException("a refusal with a reason of " + length + " bytes");
    }
    return new RefusedException(new String(in.getBytes(length), UTF_8));
  }
}
