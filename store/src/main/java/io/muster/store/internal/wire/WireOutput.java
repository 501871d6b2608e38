package io.muster.store.internal.wire;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A buffered writer. Bytes reach the sink when the buffer is full, and on {@link #flush}. A large
 * blob goes to the sink without a copy. Not thread-safe.
 */
public final class WireOutput {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** Longer blobs are not copied. */
  private static final int LARGE = 4 * 1024;

  private final ByteSink sink;
  private final byte[] buffer;
  private int filled;

  /**
   * Creates a writer that passes its bytes to {@code sink} in pieces of at most {@code
   * bufferBytes}, except large blobs.
   */
  public WireOutput(ByteSink sink, int bufferBytes) {
    this.sink = sink;
    this.buffer = new byte[Math.max(bufferBytes, Long.BYTES)];
  }

  public void putByte(int value) throws IOException {
    reserve(1);
    buffer[filled++] = (byte) value;
  }

  public void putInt(int value) throws IOException {
    reserve(Integer.BYTES);
    INT.set(buffer, filled, value);
    filled += Integer.BYTES;
  }

  public void putLong(long value) throws IOException {
    reserve(Long.BYTES);
    LONG.set(buffer, filled, value);
    filled += Long.BYTES;
  }

  /**
   * Writes a length and that many bytes. The array must not be modified afterwards if the sink
   * keeps immutable arrays.
   */
  public void putBlob(byte[] bytes) throws IOException {
    putLong(bytes.length);
    if (bytes.length > LARGE || bytes.length > buffer.length) {
      flush();
      sink.writeImmutable(bytes, 0, bytes.length);
      return;
    }
    reserve(bytes.length);
    System.arraycopy(bytes, 0, buffer, filled, bytes.length);
    filled += bytes.length;
  }

  /**
   * Writes {@code length} bytes without a length. The array must not be modified afterwards, as
   * above.
   */
  public void putBytes(byte[] bytes, int offset, int length) throws IOException {
    flush();
    sink.writeImmutable(bytes, offset, length);
  }

  /** The number of buffered bytes. */
  public int pending() {
    return filled;
  }

  /** Passes the buffered bytes to the sink. */
  public void flush() throws IOException {
    if (filled > 0) {
      int length = filled;
      filled = 0;
      sink.write(buffer, 0, length);
    }
  }

  private void reserve(int bytes) throws IOException {
    if (buffer.length - filled < bytes) {
      flush();
    }
  }
}
