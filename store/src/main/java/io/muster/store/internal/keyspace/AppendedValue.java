package io.muster.store.internal.keyspace;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * An immutable long value that was appended to. Appending creates another value that shares the
 * bytes, in time proportional to the appended bytes. Not thread-safe.
 */
public final class AppendedValue {
  /**
   * A value of at most this many bytes is an array, which an append copies. A chunk would take more
   * memory.
   */
  static final int SHORT = 1024;

  private static final int MIN_CHUNK = 256;
  private static final int MAX_CHUNK = 64 * 1024;

  /** Heap bytes per chunk: header, padding, and the reference to it. */
  private static final int CHUNK_OVERHEAD = 16 + 7 + 8;

  /** Heap bytes of this object, its chunks, their array, and the first two chunks. */
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
   * The bytes of a value and of all values that were appended from it. Every array except the last
   * is full. Readers never read beyond the filled part of the last one.
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

  /** Returns {@code first} followed by {@code more}. Neither array may be modified afterwards. */
  static AppendedValue of(byte[] first, byte[] more) {
    return new AppendedValue(new Chunks(first, 4), first.length, 0).append(more);
  }

  /** Returns this value followed by {@code more}, which must not be modified afterwards. */
  AppendedValue append(byte[] more) {
    if (chunks.filled != length) {
      // An append that failed late has left its bytes in the last chunk.
      return of(toArray(), more);
    }
    int spare = chunks.capacity - length;
    int rest = Math.max(0, more.length - spare);
    byte[] added = null;
    if (rest > 0) {
      int minimum = chunkSize(length);
      added = spare == 0 && more.length >= minimum ? more : new byte[Math.max(minimum, rest)];
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

  /**
   * The maximum number of heap bytes that appending {@code bytes} to a value of {@code length}
   * takes.
   */
  static long mostGrowth(int length, int bytes) {
    long chunk = length + (long) bytes <= SHORT ? 0 : OVERHEAD + chunkSize(length);
    return bytes + chunk;
  }

  /**
   * The space that is reserved for later appends: a quarter of the current length, within limits.
   */
  private static int chunkSize(int length) {
    return Math.max(MIN_CHUNK, Math.min(MAX_CHUNK, length / 4));
  }

  /** The number of bytes. */
  public int length() {
    return length;
  }

  /** The heap bytes that it takes in addition to an array of its length. */
  int unusedBytes() {
    return unusedBytes;
  }

  /** The bytes as consecutive arrays, which the caller must not modify. */
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

  /** A copy of the first bytes, at most {@code most}. */
  byte[] start(int most) {
    byte[] start = new byte[Math.min(most, length)];
    copyTo(start);
    return start;
  }

  /** A copy of all bytes. */
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

  /** Whether this value consists of {@code bytes}. */
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
