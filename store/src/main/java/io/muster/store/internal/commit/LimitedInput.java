package io.muster.store.internal.commit;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads numbers and bytes from a stream of known length. Lengths are compared with what is left of
 * the stream before memory is allocated.
 */
final class LimitedInput {
  private final InputStream in;
  private final long length;
  private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
  private long position;

  LimitedInput(InputStream in, long length) {
    this.in = in;
    this.length = length;
  }

  long position() {
    return position;
  }

  boolean isAtEnd() {
    return position == length;
  }

  int readByte() throws IOException {
    require(1);
    int value = in.read();
    requireAll(value < 0 ? 0 : 1, 1);
    position++;
    return value;
  }

  int readInt() throws IOException {
    fill(Integer.BYTES);
    return number.getInt(0);
  }

  long readLong() throws IOException {
    fill(Long.BYTES);
    return number.getLong(0);
  }

  private void fill(int count) throws IOException {
    require(count);
    int read = in.readNBytes(number.array(), 0, count);
    position += read;
    requireAll(read, count);
  }

  /** Reads bytes that have their length before them. */
  byte[] readBytes() throws IOException {
    return readBytes(readCount(1));
  }

  byte[] readBytes(int count) throws IOException {
    require(count);
    byte[] bytes = in.readNBytes(count);
    position += bytes.length;
    requireAll(bytes.length, count);
    return bytes;
  }

  String readText() throws IOException {
    return new String(readBytes(), StandardCharsets.UTF_8);
  }

  /** Reads a number of things that take at least {@code bytesEach} bytes each. */
  int readCount(int bytesEach) throws IOException {
    int count = readInt();
    if (count < 0 || count > (length - position) / bytesEach) {
      throw malformed(
          "a count of "
              + Integer.toUnsignedString(count)
              + " where "
              + (length - position)
              + " bytes are left");
    }
    return count;
  }

  private void require(long count) throws MalformedDataException {
    if (count > length - position) {
      throw malformed("the data end within a field");
    }
  }

  private void requireAll(int read, int count) throws EOFException {
    if (read < count) {
      throw new EOFException("the data end at byte " + position + ", expected " + length);
    }
  }

  MalformedDataException malformed(String message) {
    return new MalformedDataException(position, message);
  }
}
