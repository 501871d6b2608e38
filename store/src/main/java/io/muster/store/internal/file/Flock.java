package io.muster.store.internal.file;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * An flock(2) lock, the kind that PyTorch takes on a store's file. Java's file locks are fcntl(2)
 * locks, which on Linux are independent of flock(2). A lock belongs to one open file description,
 * so two of them exclude each other within a process as they do between processes.
 */
final class Flock implements Closeable {
  private final Path path;
  private final int descriptor;

  /**
   * Opens a file without locking it.
   *
   * @throws NoSuchFileException if there is none
   */
  Flock(Path path) throws IOException {
    this.path = path;
    this.descriptor = LibC.open(LibC.name(path), LibC.O_RDWR);
    if (descriptor < 0) {
      int error = Native.getLastError();
      throw error == LibC.ENOENT
          ? new NoSuchFileException(path.toString())
          : LibC.failure("open", path, error);
    }
  }

  /**
   * Throws on systems without flock(2).
   *
   * @throws UnsupportedOperationException on Windows
   */
  static void requireSupported() {
    if (Platform.isWindows()) {
      throw new UnsupportedOperationException(
          "a FileStore locks its file with flock(2), which Windows does not have");
    }
  }

  /** Acquires the lock shared. Blocks while another holds it exclusively. */
  void lockShared() throws IOException {
    flock(LibC.LOCK_SH);
  }

  /** Acquires the lock exclusively. Blocks while another holds it. */
  void lockExclusive() throws IOException {
    flock(LibC.LOCK_EX);
  }

  void unlock() throws IOException {
    flock(LibC.LOCK_UN);
  }

  /** Closes the file, which releases the lock. */
  @Override
  public void close() throws IOException {
    if (LibC.close(descriptor) < 0) {
      throw LibC.failure("close", path, Native.getLastError());
    }
  }

  private void flock(int operation) throws IOException {
    while (LibC.flock(descriptor, operation) < 0) {
      int error = Native.getLastError();
      if (error != LibC.EINTR) {
        throw LibC.failure("flock", path, error);
      }
    }
  }
}
