package io.muster.rpc.internal.codec;

import com.esotericsoftware.kryo.kryo5.io.Output;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes strings with a length in bytes, which {@link BoundedInput} checks. Large arrays are copied
 * once, into the array that is sent.
 */
final class TextOutput extends Output {
  private static final int INITIAL_BYTES = 256;

  /** A larger buffer is not used again. */
  private static final int MAX_KEPT_BYTES = 64 << 10;

  TextOutput(int maxBytes) {
    super(INITIAL_BYTES, maxBytes);
  }

  @Override
  public void writeString(@Nullable String text) {
    if (text == null) {
      writeVarInt(0, true);
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    writeVarInt(bytes.length + 1, true);
    writeBytes(bytes);
  }

  @Override
  public void writeAscii(String text) {
    writeString(text);
  }

  @Override
  protected boolean require(int required) {
    if (required <= MAX_KEPT_BYTES || required > maxCapacity - position) {
      return super.require(required);
    }
    if (capacity - position < required) {
      // The exact size: often nothing follows, and the buffer itself is sent.
      capacity = position + required;
      buffer = Arrays.copyOf(buffer, capacity);
      return true;
    }
    return false;
  }

  /** Grows the buffer once for a whole array, instead of repeatedly. */
  private void makeRoom(int count, int bytesEach) {
    boolean unused = require(Math.multiplyExact(count, bytesEach));
  }

  @Override
  public void writeBytes(byte[] array, int offset, int count) {
    makeRoom(count, 1);
    super.writeBytes(array, offset, count);
  }

  @Override
  public void writeShorts(short[] array, int offset, int count) {
    makeRoom(count, Short.BYTES);
    super.writeShorts(array, offset, count);
  }

  @Override
  public void writeChars(char[] array, int offset, int count) {
    makeRoom(count, Character.BYTES);
    super.writeChars(array, offset, count);
  }

  @Override
  public void writeInts(int[] array, int offset, int count) {
    makeRoom(count, Integer.BYTES);
    super.writeInts(array, offset, count);
  }

  @Override
  public void writeLongs(long[] array, int offset, int count) {
    makeRoom(count, Long.BYTES);
    super.writeLongs(array, offset, count);
  }

  @Override
  public void writeFloats(float[] array, int offset, int count) {
    makeRoom(count, Float.BYTES);
    super.writeFloats(array, offset, count);
  }

  @Override
  public void writeDoubles(double[] array, int offset, int count) {
    makeRoom(count, Double.BYTES);
    super.writeDoubles(array, offset, count);
  }

  /** Returns what has been written, and begins the next value. */
  byte[] take() {
    boolean isWhole = position == buffer.length;
    byte[] written = isWhole ? buffer : toBytes();
    if (isWhole || buffer.length > MAX_KEPT_BYTES) {
      setBuffer(new byte[INITIAL_BYTES], maxCapacity);
    }
    reset();
    return written;
  }
}
