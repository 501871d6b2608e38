package io.muster.store.internal.wire;

import java.io.IOException;

/** The destination of encoded bytes. */
public interface ByteSink {
  /** Writes bytes. The caller may reuse the array when this returns. */
  void write(byte[] bytes, int offset, int length) throws IOException;

  /** Writes bytes that will never change. The sink may keep the array. */
  default void writeImmutable(byte[] bytes, int offset, int length) throws IOException {
    write(bytes, offset, length);
  }
}
