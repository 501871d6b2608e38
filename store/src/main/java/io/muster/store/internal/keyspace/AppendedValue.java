package io.muster.store.internal.keyspace;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * A long value that something was appended to. It never changes: appending makes another one that
 * shares its bytes, in time that the appended bytes determine alone. Not thread-safe.
 */
public final class AppendedValue {
  /**
   * A value of at most so many bytes is an array, and is copied to be appended to: a chunk of its
   * own would take more.
   */
  static final int SHORT = 1024;

  private static final int LEAST_CHUNK = 256;
  private static final int MOST_CHUNK = 64 * 1024;

  /** Of a chunk: header, padding, reference to it. */
  private static final int CHUNK_OVERHEAD = 16 + 7 + 8;

  /** Of this object, its chunks, the array of them, and the first two chunks. */
  private static final int OVERHEAD = 160;

  private final Chunks chunks;
  private final int length;
  private final int unusedBytes;

  private AppendedValue(Chunks chunks, int length, int unusedBytes) {
    this.chunks = chunks;
    this.length = length;
    this.unusedBytes = unusedBytes;
  }

  /**
   * The bytes of a value and of all that it was appended to become. Each array but the last is
   * full; readers never look beyond what is filled of the last one.
   */
  private static final class Chunks {
    byte[][] arrays;
    int count;
    int filled;
    int capacity;

    Chunks(byte[] first, int arrays) {
      this.arrays = new byte[arrays][];
      this.arrays[0] = first;
      this.count = 1;
      this.filled = first.length;
      this.capacity = first.length;
    }
  }

  /** The value that is {@code first} followed by {@code more}; neither may change any more. */
  static AppendedValue of(byte[] first, byte[] more) {
    return new AppendedValue(new Chunks(first, 4), first.length, 0).append(more);
  }

  /** The value that is this one followed by {@code more}, which must not change any more. */
  AppendedValue append(byte[] more) {
    if (chunks.filled != length) {
      // The bytes of an append that failed at the last moment are still there.
      return of(toArray(), more);
    }
    int spare = chunks.capacity - length;
    int rest = Math.max(0, more.length - spare);
    byte[] added = null;
    if (rest > 0) {
      int least = leastChunk(length);
      added = spare == 0 && more.length >= least ? more : new byte[Math.max(least, rest)];
      if (chunks.count == chunks.arrays.length) {
        chunks.arrays = Arrays.copyOf(chunks.arrays, 2 * chunks.count);
      }
    }
    int capacity = chunks.capacity + (added == null ? 0 : added.length);
    int newLength = length + more.length;
    int count = chunks.count + (added == null ? 0 : 1);
    AppendedValue appended =
        new AppendedValue(
            chunks, newLength, capacity - newLength + OVERHEAD + CHUNK_OVERHEAD * (count - 1));
    byte[] last = chunks.arrays[chunks.count - 1];
    System.arraycopy(more, 0, last, last.length - spare, more.length - rest);
    if (added != null) {
      if (added != more) {
        System.arraycopy(more, more.length - rest, added, 0, rest);
      }
      chunks.arrays[chunks.count] = added;
      chunks.count = count;
      chunks.capacity = capacity;
    }
    chunks.filled = newLength;
    return appended;
  }

  /** The most bytes of the heap that appending {@code bytes} to a value of {@code length} takes. */
  static long mostGrowth(int length, int bytes) {
    long chunk = length + (long) bytes <= SHORT ? 0 : OVERHEAD + leastChunk(length);
    return bytes + chunk;
  }

  /** How much room is made for what may be appended later: a quarter of what is there. */
  private static int leastChunk(int length) {
    return Math.max(LEAST_CHUNK, Math.min(MOST_CHUNK, length / 4));
  }

  /** How many bytes it has. */
  public int length() {
    return length;
  }

  /** How many bytes of the heap it takes beyond those of an array of its length. */
  int unusedBytes() {
    return unusedBytes;
  }

  /** Its bytes, one array after the other, not to be changed. */
  public Iterator<byte[]> arrays() {
    return new Iterator<>() {
      private int next;
      private int remaining = length;

      @Override
      public boolean hasNext() {
        return remaining > 0;
      }

      @Override
      public byte[] next() {
        if (remaining == 0) {
          throw new NoSuchElementException();
        }
        byte[] chunk = chunks.arrays[next++];
        byte[] array = chunk.length <= remaining ? chunk : Arrays.copyOf(chunk, remaining);
        remaining -= array.length;
        return array;
      }
    };
  }

  /** Its first bytes, at most so many. */
  byte[] start(int most) {
    byte[] start = new byte[Math.min(most, length)];
    copyTo(start);
    return start;
  }

  /** All its bytes. */
  byte[] toArray() {
    byte[] all = new byte[length];
    copyTo(all);
    return all;
  }

  private void copyTo(byte[] array) {
    int from = 0;
    for (int i = 0; from < array.length; i++) {
      byte[] chunk = chunks.arrays[i];
      int some = Math.min(chunk.length, array.length - from);
      System.arraycopy(chunk, 0, array, from, some);
      from += some;
    }
  }

  /** Whether these are its bytes. */
  boolean hasBytes(byte[] bytes) {
    if (bytes.length != length) {
      return false;
    }
    int from = 0;
    for (int i = 0; from < length; i++) {
      byte[] chunk = chunks.arrays[i];
      int some = Math.min(chunk.length, length - from);
      if (!Arrays.equals(chunk, 0, some, bytes, from, from + some)) {
        return false;
      }
      from += some;
    }
    return true;
  }
}
