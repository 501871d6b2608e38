package io.muster.rpc.internal.codec;

import com.esotericsoftware.kryo.kryo5.io.Output;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes text as {@link BoundedInput} reads it: a length in bytes, which can be checked. What is
 * large is copied once, to the array that is sent.
 */
final class TextOutput extends Output {
  private static final int INITIAL_BYTES = 256;

  /** A buffer that has become larger is not kept. */
  private static final int KEPT_BYTES = 64 << 10;

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
    if (required <= KEPT_BYTES || required > maxCapacity - position) {
      return super.require(required);
    }
    if (capacity - position < required) {
      // To the byte: often nothing comes behind it, and the buffer is what is sent.
      capacity = position + required;
      buffer = Arrays.copyOf(buffer, capacity);
      return true;
    }
    return false;
  }

  /** Makes room for all of an array, for which the buffer would otherwise grow again and again. */
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

  /** What has been written; the next value begins anew. */
  byte[] take() {
    boolean isWhole = position == buffer.length;
    byte[] written = isWhole ? buffer : toBytes();
    if (isWhole || buffer.length > KEPT_BYTES) {
      setBuffer(new byte[INITIAL_BYTES], maxCapacity);
    }
    reset();
    return written;
  }
}
