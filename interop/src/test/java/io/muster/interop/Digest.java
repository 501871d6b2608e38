package io.muster.interop;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** What stands for the bytes of a result when results of several processes are compared. */
final class Digest {
  private Digest() {}

  static String of(List<ByteBuffer> buffers) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      buffers.forEach(buffer -> sha.update(buffer.duplicate()));
      return HexFormat.of().formatHex(sha.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** All the bytes, for the message of a failure. */
  static String hex(List<ByteBuffer> buffers) {
    StringBuilder hex = new StringBuilder();
    for (ByteBuffer buffer : buffers) {
      byte[] bytes = new byte[buffer.capacity()];
      buffer.get(0, bytes);
      hex.append(HexFormat.of().formatHex(bytes));
    }
    return hex.toString();
  }
}
