package io.muster.store.internal.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A buffered, blocking reader of replies. Not thread-safe. */
public final class WireInput {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /**
   * A longer array is not allocated before its bytes have arrived. The longest value that servers
   * accept by default is not longer, because growing its array would copy it once more.
   */
  private static final int TRUSTED_LENGTH = WireLimits.PYTORCH.valueBytes();

  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private final InputStream in;
  private final byte[] buffer = new byte[8 * 1024];
  private int position;
  private int limit;
  private boolean refusals;

  public WireInput(InputStream in) {
    this.in = in;
  }

  /** Accepts a {@link Refusal} in the place of a reply from now on. */
  public void expectRefusals() {
    refusals = true;
  }

  /** Whether a {@link Refusal} is accepted in the place of a reply. */
  public boolean expectsRefusals() {
    return refusals;
  }

  /**
   * Reads a byte, 0 to 255.
   *
   * @throws RefusedException if the server sent a refusal instead
   */
  public int getByte() throws IOException {
    require(1);
    if (refusals && (buffer[position] & 0xff) == Refusal.FIRST_BYTE) {
      long number = getLong();
      throw new WireException(
          "unexpected reply 0x" + Long.toHexString(number) + "; expected one byte");
    }
    return buffer[position++] & 0xff;
  }

  /**
   * Reads a length or a count.
   *
   * @throws RefusedException if the server sent a refusal instead
   */
  public long getLong() throws IOException {
    long value = getNumber();
    if (refusals && value == Refusal.MARK) {
      throw Refusal.read(this);
    }
    return value;
  }

  /** Reads a number that may have any value. */
  public long getNumber() throws IOException {
    require(Long.BYTES);
    long value = (long) LONG.get(buffer, position);
    position += Long.BYTES;
    return value;
  }

  /** Reads a length and that many bytes. */
  public byte[] getBlob() throws IOException {
    long length = getLong();
    if (length < 0 || length > MAX_ARRAY) {
      throw new WireException(
          "a reply with a value of " + Long.toUnsignedString(length) + " bytes");
    }
    return getBytes(length);
  }

  /** Reads {@code length} bytes. */
  byte[] getBytes(long length) throws IOException {
    byte[] bytes = new byte[(int) Math.min(length, TRUSTED_LENGTH)];
    int filled = 0;
    while (true) {
      read(bytes, filled);
      filled = bytes.length;
      if (filled == length) {
        return bytes;
      }
      bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * filled));
    }
  }

  private void read(byte[] bytes, int from) throws IOException {
    int filled = from;
    while (filled < bytes.length) {
      int buffered = limit - position;
      if (buffered == 0 && bytes.length - filled >= buffer.length) {
        filled += fill(bytes, filled);
        continue;
      }
      if (buffered == 0) {
        require(1);
        buffered = limit - position;
      }
      int length = Math.min(buffered, bytes.length - filled);
      System.arraycopy(buffer, position, bytes, filled, length);
      position += length;
      filled += length;
    }
  }

  /** Blocks until the buffer has {@code bytes} bytes. */
  private void require(int bytes) throws IOException {
    if (limit - position >= bytes) {
      return;
    }
    System.arraycopy(buffer, position, buffer, 0, limit - position);
    limit -= position;
    position = 0;
    while (limit < bytes) {
      limit += fill(buffer, limit);
    }
  }

  private int fill(byte[] bytes, int from) throws IOException {
    int read = in.read(bytes, from, bytes.length - from);
    if (read < 0) {
      throw new EOFException("the peer closed the connection");
    }
    return read;
  }
}
