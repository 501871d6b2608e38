package io.muster.store.internal.file;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file that a path named when it was opened. It is opened twice, because Java does not expose
 * the descriptor that flock(2) needs: once to lock it, and once to read and write it. Both are the
 * same file if the path still names it once it is locked. While this is open, no new file can get
 * the same identity.
 *
 * <p>It uses {@link RandomAccessFile}, because the interrupt of a thread that uses a channel closes
 * the channel.
 */
final class OpenFile implements Closeable {
  private static final long UNKNOWN = -1;

  private final FileIdentity identity;
  private final RandomAccessFile content;
  private final Flock lock;

  /** The current position of {@link #content}. */
  private long position;

  private OpenFile(Path path) throws IOException {
    this.identity = FileIdentity.at(path);
    this.lock = new Flock(path);
    try {
      this.content = new RandomAccessFile(path.toFile(), "rw");
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  /** Opens a file; null if there is none. */
  static @Nullable OpenFile existing(Path path) throws IOException {
    try {
      return new OpenFile(path);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Opens a file. If there is none, creates it with the mode that PyTorch uses. */
  static OpenFile existingOrNew(Path path) throws IOException {
    while (true) {
      if (Files.exists(path)) {
        FileIdentity.requireRegular(path);
      }
      Files.newByteChannel(
              path,
              Set.of(CREATE, WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")))
          .close();
      OpenFile file = existing(path);
      if (file != null) {
        return file;
      }
    }
  }

  Flock lock() {
    return lock;
  }

  /** The identity of the file at its path. */
  FileIdentity identity() {
    return identity;
  }

  /** The content from {@code start}. It must be read before the next call to this object. */
  InputStream contentFrom(long start) throws IOException {
    seek(start);
    return new BufferedInputStream(
        new InputStream() {
          @Override
          public int read() throws IOException {
            int read = content.read();
            position += read < 0 ? 0 : 1;
            return read;
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = content.read(bytes, offset, length);
            position += Math.max(read, 0);
            return read;
          }
        });
  }

  /**
   * Reads {@code count} bytes from {@code start} into an array, or fewer if the file ends earlier.
   *
   * @return the number of bytes read
   */
  int read(long start, byte[] into, int count) throws IOException {
    seek(start);
    int total = 0;
    while (total < count) {
      int read = content.read(into, total, count - total);
      if (read < 0) {
        break;
      }
      total += read;
      position += read;
    }
    return total;
  }

  /** Writes {@code bytes} at {@code end}. If that fails, truncates the file to {@code end}. */
  void append(long end, byte[] bytes) throws IOException {
    try {
      seek(end);
      content.write(bytes);
      position += bytes.length;
    } catch (IOException e) {
      position = UNKNOWN;
      try {
        truncate(end);
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  void truncate(long end) throws IOException {
    content.setLength(end);
    position = UNKNOWN; // setLength moves a position beyond the end
  }

  @Override
  public void close() throws IOException {
    try (lock) {
      content.close();
    }
  }

  private void seek(long wanted) throws IOException {
    if (position != wanted) {
      content.seek(wanted);
      position = wanted;
    }
  }
}
