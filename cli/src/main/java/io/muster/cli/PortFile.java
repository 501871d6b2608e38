package io.muster.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A file that contains a server's port while the server accepts connections, for scripts that wait
 * for the server. The file appears atomically.
 *
 * <p>The server holds a lock on its file, which the system releases if the server is killed. Two
 * rules keep servers that start at the same time from interfering: a file is created only where
 * none exists (with a hard link, which never replaces a file), and only the process that holds its
 * lock removes it. The lock belongs to the file rather than its name, so the server takes it while
 * the file still has a temporary name.
 *
 * <p>It is a POSIX lock: it belongs to the process, and ends when the process closes any channel of
 * the file. One process must therefore not run two servers with the same port file.
 */
final class PortFile implements AutoCloseable {
  private final Path file;
  private boolean closed;

  /** The file and its lock, once it is in place. */
  private @Nullable FileChannel channel;

  /** The identity of the file in place: its device and inode. */
  private @Nullable Object key;

  /**
   * Removes a file that a killed server left. A file that a running server holds, or that is not a
   * regular file, is kept; {@link #write} then fails.
   *
   * @throws CommandFailedException if the file cannot be removed
   */
  PortFile(Path file) {
    this.file = file.toAbsolutePath();
    try {
      removeStale();
    } catch (IOException e) {
      throw failed("remove", e.toString(), e);
    }
  }

  /**
   * Writes the port and a line end. Has no effect once this is closed.
   *
   * @throws CommandFailedException if the file cannot be written, or if a running server's file or
   *     something other than a regular file has its name
   */
  synchronized void write(int port) {
    if (closed) {
      return;
    }
    try {
      removeStale();
      writeNew(port);
    } catch (FileAlreadyExistsException e) {
      throw failed("write", obstacle(), e);
    } catch (IOException e) {
      throw failed("write", e.toString(), e);
    }
  }

  /** Removes the file if {@link #write} created it and it was not replaced since. */
  @Override
  public synchronized void close() {
    closed = true;
    FileChannel open = channel;
    if (open == null) {
      return;
    }
    channel = null;
    try (open) {
      BasicFileAttributes present = attributes(file);
      if (present != null && Objects.equals(present.fileKey(), key)) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw failed("remove", e.toString(), e);
    }
  }

  private void writeNew(int port) throws IOException {
    Path temporary = file.resolveSibling(temporaryName());
    FileChannel created =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    try {
      if (!lock(created)) {
        throw new IOException("another process locked " + temporary);
      }
      ByteBuffer text = ByteBuffer.wrap((port + "\n").getBytes(StandardCharsets.US_ASCII));
      while (text.hasRemaining()) {
        int unusedWritten = created.write(text);
      }
      BasicFileAttributes written =
          Files.readAttributes(temporary, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      putInPlace(temporary);
      key = written.fileKey();
      channel = created;
    } finally {
      try {
        Files.deleteIfExists(temporary);
      } finally {
        if (channel == null) {
          created.close();
        }
      }
    }
  }

  private static String temporaryName() {
    return ".muster-" + Long.toHexString(new SplittableRandom().nextLong()) + ".tmp";
  }

  private void putInPlace(Path temporary) throws IOException {
    try {
      Files.createLink(file, temporary);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) {
      // The file system has no hard links. The rename may replace a file that was created just now.
      if (attributes(file) != null) {
        throw new FileAlreadyExistsException(file.toString());
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Removes a regular file that no running server holds. */
  private void removeStale() throws IOException {
    BasicFileAttributes found = attributes(file);
    if (found == null || !found.isRegularFile()) {
      return;
    }
    try (FileChannel stale =
        FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      if (!lock(stale)) {
        return;
      }
      // Another server may have replaced the file before this one acquired the lock.
      BasicFileAttributes locked = attributes(file);
      if (locked != null && Objects.equals(locked.fileKey(), found.fileKey())) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      // Another server that starts has removed it.
      return;
    }
  }

  /** Locks a file until the channel is closed; false if another process holds the lock. */
  private static boolean lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /** Returns the attributes of {@code path} without following links; null if it does not exist. */
  private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Returns why the name is taken. */
  private String obstacle() {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        ? "a running server holds it; use another file for each server"
        : "the existing file is not a regular file";
  }

  private CommandFailedException failed(String verb, String reason, Exception cause) {
    return new CommandFailedException(
        ExitCode.CANNOT_SERVE, "cannot " + verb + " the port file " + file + ": " + reason, cause);
  }
}
