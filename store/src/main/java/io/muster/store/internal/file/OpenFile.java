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
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file that a path named when it was opened, for as long as it does. The file is opened twice,
 * since Java does not give out the descriptor that flock(2) needs: once to be locked, once to be
 * read and written. Both are the same file if, once it is locked, {@link #lengthAtItsPath} finds
 * it. As long as this is open no new file can take the old one's identity.
 *
 * <p>Reading and writing is by {@link RandomAccessFile}, because a channel is closed by the
 * interrupt of a thread that uses it.
 */
final class OpenFile implements Closeable {
  /** No length: the path does not name the file. */
  static final long GONE = -1;

  private final Path path;
  private final Object identity;
  private final RandomAccessFile content;
  private final Flock lock;

  private OpenFile(Path path, Object identity) throws IOException {
    this.path = path;
    this.identity = identity;
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
      return new OpenFile(path, identity(attributes(path)));
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Opens a file, made if there is none with the mode that PyTorch gives it. */
  static OpenFile existingOrNew(Path path) throws IOException {
    while (true) {
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

  /**
   * How long the file is, or {@link #GONE} if the path names it no longer, but another or none: one
   * question to the system for both.
   */
  long lengthAtItsPath() throws IOException {
    try {
      BasicFileAttributes found = attributes(path);
      return identity.equals(identity(found)) ? found.size() : GONE;
    } catch (NoSuchFileException e) {
      return GONE;
    }
  }

  /** The content from {@code position} on, to be read before the next call to this object. */
  InputStream contentFrom(long position) throws IOException {
    content.seek(position);
    return new BufferedInputStream(
        new InputStream() {
          @Override
          public int read() throws IOException {
            return content.read();
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            return content.read(bytes, offset, length);
          }
        });
  }

  /**
   * Writes all of {@code bytes} at {@code end}, or, if that fails, leaves the file ending there.
   */
  void append(long end, byte[] bytes) throws IOException {
    try {
      content.seek(end);
      content.write(bytes);
    } catch (IOException e) {
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
  }

  @Override
  public void close() throws IOException {
    try (lock) {
      content.close();
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class);
  }

  private static Object identity(BasicFileAttributes attributes) {
    return Objects.requireNonNull(attributes.fileKey(), "a file system without file identities");
  }
}
