package io.muster.store.internal.commit;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** Makes the bytes of a {@link Batch} change by change. Not thread-safe. */
public final class BatchWriter {
  private final Bytes bytes = new Bytes();
  private final DataOutputStream out = new DataOutputStream(bytes);

  /** Begins a batch without changes. */
  public BatchWriter(long epoch, long sequence) {
    try {
      out.write(Batch.VERSION);
      out.writeLong(epoch);
      out.writeLong(sequence);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Adds a change, unless the batch would be longer than {@code maxBytes}; then returns false. */
  public boolean add(Change change, int maxBytes) {
    int before = bytes.size();
    boolean fits = false;
    try {
      change.write(out);
      fits = bytes.size() <= maxBytes;
    } catch (IOException e) {
      throw failed(e);
    } finally {
      // Also after an error such as OutOfMemoryError: half a change would make the log unreadable.
      if (!fits) {
        bytes.truncate(before);
      }
    }
    return fits;
  }

  /** The batch so far. */
  public byte[] toBytes() {
    return bytes.toByteArray();
  }

  private static UncheckedIOException failed(IOException e) {
    return new UncheckedIOException("an array has failed as output", e);
  }

  private static final class Bytes extends ByteArrayOutputStream {
    void truncate(int size) {
      count = size;
      if (buf.length > 2 * size) {
        buf = Arrays.copyOf(buf, size);
      }
    }
  }
}
