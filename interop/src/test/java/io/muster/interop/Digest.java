package io.muster.interop;

import io.muster.collectives.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * What stands for the bytes of a result when results of several processes are compared. Whose bits
 * a NaN has depends on the order that a compiler gives two operands, and on the processor, so any
 * counts as the same.
 */
final class Digest {
  private Digest() {}

  static String of(DataType type, List<ByteBuffer> buffers) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      buffers.forEach(buffer -> sha.update(withOneNan(type, buffer)));
      return HexFormat.of().formatHex(sha.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** All the bytes, for the message of a failure. */
  static String hex(DataType type, List<ByteBuffer> buffers) {
    StringBuilder hex = new StringBuilder();
    for (ByteBuffer buffer : buffers) {
      byte[] bytes = new byte[buffer.capacity()];
      withOneNan(type, buffer).get(bytes);
      hex.append(HexFormat.of().formatHex(bytes));
    }
    return hex.toString();
  }

  private static ByteBuffer withOneNan(DataType type, ByteBuffer buffer) {
    ByteBuffer same = buffer.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; type.isFloatingPoint() && i < same.limit(); i += type.bytes()) {
      switch (type) {
        case FLOAT16 -> {
          if ((same.getShort(i) & 0x7fff) > 0x7c00) {
            same.putShort(i, (short) 0x7e00);
          }
        }
        case BFLOAT16 -> {
          if ((same.getShort(i) & 0x7fff) > 0x7f80) {
            same.putShort(i, (short) 0x7fc0);
          }
        }
        case FLOAT32 -> {
          if ((same.getInt(i) & 0x7fffffff) > 0x7f800000) {
            same.putInt(i, 0x7fc00000);
          }
        }
        default -> {
          if ((same.getLong(i) & Long.MAX_VALUE) > 0x7ff0000000000000L) {
            same.putLong(i, 0x7ff8000000000000L);
          }
        }
      }
    }
    return same;
  }
}
