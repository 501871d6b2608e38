package io.muster.store.internal.wire;

import java.nio.ByteBuffer;

/** Reads a key whose bytes have all arrived. */
public interface KeyReader {
  /** Creates a new array for each key. */
  KeyReader COPYING =
      (in, length) -> {
        byte[] key = new byte[length];
        in.get(key);
        return key;
      };

  /**
   * Reads the next {@code length} bytes of {@code in}, which has at least as many.
   *
   * @return an array of these bytes, which may be shared and must not be modified
   */
  byte[] read(ByteBuffer in, int length);
}
