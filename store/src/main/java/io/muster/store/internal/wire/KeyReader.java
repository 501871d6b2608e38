package io.muster.store.internal.wire;

import java.nio.ByteBuffer;

/** Reads a key that has arrived whole. */
public interface KeyReader {
  /** Makes a new array for each key. */
  KeyReader COPYING =
      (in, length) -> {
        byte[] key = new byte[length];
        in.get(key);
        return key;
      };

  /**
   * Takes the next {@code length} bytes from {@code in}, which has them.
   *
   * @return an array of these bytes that nobody changes any more, though others may have it, too
   */
  byte[] read(ByteBuffer in, int length);
}
