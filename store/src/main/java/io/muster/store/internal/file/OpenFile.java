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
 * The file that a path named when it was opened, for as long as it does. The file is opened twice,
 * since Java does not give out the descriptor that flock(2) needs: once to be locked, once to be
 * read and written. Both are the same file if, once it is locked, its path still names it. As long
 * as this is open no new file can take the old one's identity.
 *
 * <p>Reading and writing is by {@link RandomAccessFile}, because a channel is closed by the
 * interrupt of a thread that uses it.
 */
final class OpenFile implements Closeable {
  private static final long UNKNOWN = -1;

  private final FileIdentity identity;
  private final RandomAccessFile content;
  private final Flock lock;

  /** Where {@link #content} reads and writes next. */
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

  /** Opens a file, or returns null if there is none. */
  static @Nullable OpenFile existing(Path path) throws IOException {
    try {
      return new OpenFile(path);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Opens a file, made if there is none with the mode that PyTorch gives it. */
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

  /** The file as its path names it. */
  FileIdentity identity() {
    return identity;
  }

  /** The content from {@code start} on, to be read before the next call to this object. */
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
   * Reads {@code count} bytes from {@code start} on to the beginning of an array, or fewer if the
   * file ends before.
   *
   * @return how many were read
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

  /**
   * Writes all of {@code bytes} at {@code end}, or, if that fails, leaves the file ending there.
   */
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
    position = UNKNOWN; // it was moved if it was beyond the end
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
