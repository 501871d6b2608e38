package io.muster.rpc.internal.codec;

import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.io.Input;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Reads values from an array and checks each length in it against the remaining bytes. The lengths
 * of nested containers are added up, so that they cannot claim the same bytes twice: memory is
 * never allocated for more elements than the message has bytes.
 */
final class BoundedInput extends Input {
  private static final int INTERRUPT_CHECK_ELEMENTS = 1 << 12;

  /** How often each byte of a message may be hashed. Keys within keys are hashed repeatedly. */
  private static final int MAX_HASHES_PER_BYTE = 16;

  /** Bytes that may be hashed in addition. */
  private static final int MIN_HASHED_BYTES = 1 << 16;

  private long claimed;
  private long hashed;
  private int elements;

  /** Begins a message. */
  void begin(byte[] bytes, int offset, int length) {
    setBuffer(bytes, offset, length);
    setLimit(offset + length);
    claimed = 0;
    hashed = 0;
  }

  /**
   * Reads the number of elements that follow.
   *
   * @param bytesEach the smallest size of an element
   * @throws KryoException if the message is too short for them
   */
  int readCount(int bytesEach) {
    int count = readVarInt(true);
    long bytes = (long) count * bytesEach;
    if (count < 0 || bytes + claimed > limit - position) {
      throw new KryoException(
          String.format(
              Locale.ROOT,
              "%d elements of %d bytes where %d are left, of which %d are others'",
              count,
              bytesEach,
              limit - position,
              claimed));
    }
    claimed += bytes;
    return count;
  }

  /**
   * Begins the next of the elements that {@link #readCount} has counted.
   *
   * @throws IllegalArgumentException if the thread is interrupted, for example because the call has
   *     timed out
   */
  void nextElement(int bytesEach) {
    claimed -= bytesEach;
    if (++elements >= INTERRUPT_CHECK_ELEMENTS) {
      elements = 0;
      if (Thread.currentThread().isInterrupted()) {
        throw new IllegalArgumentException("interrupted, or the call has timed out");
      }
    }
  }

  /**
   * Accounts for a key that was read and will be hashed.
   *
   * @param start the position where the key began
   */
  void hashes(int start) {
    hashed += position - start;
    if (hashed > MIN_HASHED_BYTES + (long) MAX_HASHES_PER_BYTE * limit) {
      throw new IllegalArgumentException("too many keys that consist of other keys");
    }
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
    // The encoded number is the length plus one; 0 means null.
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
