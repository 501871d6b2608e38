package io.muster.store.internal.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;

/**
 * The last that a server sends on a connection whose client has {@link Hello#REFUSALS}: eight bytes
 * that cannot begin any other reply, and the reason as bytes. It comes in the place of the next
 * reply, whichever request was refused.
 */
public final class Refusal {
  /** The first byte, which no reply of one byte is. */
  static final int FIRST_BYTE = 0xff;

  /** As a number: negative, which no length and no count is. */
  static final long MARK = 0xDE53_5546_4552_00FFL;

  private static final int LONGEST_REASON = 1024;

  private Refusal() {}

  /** Writes a refusal. */
  public static void write(WireOutput out, String reason) throws IOException {
    byte[] bytes = reason.substring(0, Math.min(LONGEST_REASON, reason.length())).getBytes(UTF_8);
    out.putLong(MARK);
    out.putBlob(bytes);
  }

  /** Reads the reason that follows the mark. */
  static RefusedException read(WireInput in) throws IOException {
    long length = in.getNumber();
    if (length < 0 || length > 4 * LONGEST_REASON) {
      throw new WireException("a refusal with a reason of " + length + " bytes");
    }
    return new RefusedException(new String(in.getBytes(length), UTF_8));
  }
}
