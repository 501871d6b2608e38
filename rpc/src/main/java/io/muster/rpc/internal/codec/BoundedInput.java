package io.muster.rpc.internal.codec;

import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.io.Input;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Reads an array, and believes no length that is beyond what is left of it. What containers claim
 * is counted together, so that those inside of others cannot claim the same bytes again: whatever
 * the message says, no more elements are made room for than it has bytes.
 */
final class BoundedInput extends Input {
  private static final int ELEMENTS_BETWEEN_LOOKS = 1 << 12;

  /** How often the bytes of a message may be hashed, since keys are inside of keys. */
  private static final int HASHED_TIMES = 16;

  private static final int HASHED_FREELY = 1 << 16;

  private long claimed;
  private long hashed;
  private int elements;

  /** Begins with a message. */
  void begin(byte[] bytes, int offset, int length) {
    setBuffer(bytes, offset, length);
    setLimit(offset + length);
    claimed = 0;
    hashed = 0;
  }

  /** A count of elements that are to follow, each of at least so many bytes. */
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
   * Goes on to the next of the elements that were counted.
   *
   * @throws IllegalArgumentException if the thread has been interrupted, as that of a call is whose
   *     time is over
   */
  void nextElement(int bytesEach) {
    claimed -= bytesEach;
    if (++elements >= ELEMENTS_BETWEEN_LOOKS) {
      elements = 0;
      if (Thread.currentThread().isInterrupted()) {
        throw new IllegalArgumentException("interrupted, or the time of the call is over");
      }
    }
  }

  /** A key that began at a position is going to be hashed. */
  void hashes(int start) {
    hashed += position - start;
    if (hashed > HASHED_FREELY + (long) HASHED_TIMES * limit) {
      throw new IllegalArgumentException("too many keys that consist of others");
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
