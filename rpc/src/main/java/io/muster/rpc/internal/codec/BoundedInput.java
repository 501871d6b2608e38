package io.muster.rpc.internal.codec;

import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.io.Input;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Reads an array, and believes no length that is beyond what is left of it. */
final class BoundedInput extends Input {
  /** A count of elements that are to follow, each of at least so many bytes. */
  int readCount(int bytesEach) {
    int count = readVarInt(true);
    require(count, bytesEach);
    return count;
  }

  private int require(int count, int bytesEach) {
    if (count < 0 || (long) count * bytesEach > limit - position) {
      throw new KryoException(
          String.format(
              Locale.ROOT,
              "%d elements of %d bytes where %d are left",
              count,
              bytesEach,
              limit - position));
    }
    return count;
  }

  @Override
  public String readString() {
    // One more than the length, so that 0 is for null.
    int length = readVarInt(true) - 1;
    if (length == -1) {
      return nothing();
    }
    int bytes = require(length, 1);
    String text = new String(buffer, position, bytes, StandardCharsets.UTF_8);
    position += bytes;
    return text;
  }

  @SuppressWarnings("NullAway") // Kryo's own return value may be null and is not marked
  private static String nothing() {
    return null;
  }

  @Override
  public StringBuilder readStringBuilder() {
    return new StringBuilder(readString());
  }

  @Override
  public byte[] readBytes(int length) {
    return super.readBytes(require(length, 1));
  }

  @Override
  public int[] readInts(int length) {
    return super.readInts(require(length, Integer.BYTES));
  }

  @Override
  public int[] readInts(int length, boolean optimizePositive) {
    return super.readInts(require(length, 1), optimizePositive);
  }

  @Override
  public long[] readLongs(int length) {
    return super.readLongs(require(length, Long.BYTES));
  }

  @Override
  public long[] readLongs(int length, boolean optimizePositive) {
    return super.readLongs(require(length, 1), optimizePositive);
  }

  @Override
  public float[] readFloats(int length) {
    return super.readFloats(require(length, Float.BYTES));
  }

  @Override
  public double[] readDoubles(int length) {
    return super.readDoubles(require(length, Double.BYTES));
  }

  @Override
  public short[] readShorts(int length) {
    return super.readShorts(require(length, Short.BYTES));
  }

  @Override
  public char[] readChars(int length) {
    return super.readChars(require(length, Character.BYTES));
  }

  @Override
  public boolean[] readBooleans(int length) {
    return super.readBooleans(require(length, 1));
  }
}
