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
 * A file that holds a server's port while the server accepts connections, for scripts that wait for
 * it. It appears complete or not at all.
 *
 * <p>The server holds a lock on its file, which the system releases if the server is killed. Two
 * rules keep servers that start at the same time out of each other's way: a file is put in place
 * only where there is none (by a hard link, which replaces nothing), and is removed only by the
 * process that holds its lock. The lock is on the file, not on its name, so it is taken while the
 * file still has a temporary name.
 *
 * <p>The lock is POSIX's: it belongs to the process, and ends when the process closes any channel
 * of the file. So one process must not run two servers with the same port file.
 */
final class PortFile implements AutoCloseable {
  private final Path file;
  private boolean closed;

  /** The file and its lock, once it is in place. */
  private @Nullable FileChannel channel;

  /** The identity of the file in place: its device and inode. */
  private @Nullable Object key;

  /**
   * Removes what a server that was killed left at {@code file}. What a running server holds, or is
   * not a regular file, stays; then {@link #write} fails.
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
   * Puts the port and the end of a line there. Does nothing once this is closed.
   *
   * @throws CommandFailedException if the file cannot be written, or the name is taken by what a
   *     running server holds or by what is not a regular file
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

  /** Removes the file if {@link #write} put it there and nobody has replaced it since. */
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
      // A file system without hard links. A rename replaces what came there a moment ago.
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
      // Another server may have removed it and put its own there before this one had the lock.
      BasicFileAttributes locked = attributes(file);
      if (locked != null && Objects.equals(locked.fileKey(), found.fileKey())) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      // Another server that starts has removed it.
      return;
    }
  }

  /** Takes the lock of a file, which lasts until the channel is closed; false if it is held. */
  private static boolean lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /** What is at {@code path} itself, were it a link, or null if nothing is. */
  private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Why the name is taken. */
  private String obstacle() {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        ? "a running server holds it; use another file for each server"
        : "what is there is not a regular file";
  }

  private CommandFailedException failed(String verb, String reason, Exception cause) {
    return new CommandFailedException(
        ExitCode.CANNOT_SERVE, "cannot " + verb + " the port file " + file + ": " + reason, cause);
  }
}
