package io.muster.store.internal.wire;

import java.io.IOException;

/** Where encoded bytes go. */
public interface ByteSink {
  /** Takes a copy of these bytes, or has sent them when it returns. */
  void write(byte[] bytes, int offset, int length) throws IOException;

  /** Takes bytes that will never change, and may keep the array. */
  default void writeImmutable(byte[] bytes, int offset, int length) throws IOException {
    write(bytes, offset, length);
  }
}
