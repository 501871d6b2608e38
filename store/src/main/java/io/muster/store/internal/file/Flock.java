package io.muster.store.internal.file;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * An flock(2) lock, which is what PyTorch takes on a store's file. Java's own file locks are of the
 * other kind, fcntl(2), and on Linux the two kinds do not see each other. A lock belongs to one
 * opening of the file, so that two of them exclude each other within a process as between
 * processes.
 */
final class Flock implements Closeable {
  private final Path path;
  private final int descriptor;

  /**
   * Opens a file, without locking it yet.
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
   * Refuses a system without flock(2).
   *
   * @throws UnsupportedOperationException on Windows
   */
  static void requireSupported() {
    if (Platform.isWindows()) {
      throw new UnsupportedOperationException(
          "a FileStore locks its file with flock(2), which Windows does not have");
    }
  }

  /** Waits until nobody else holds the lock exclusively, and holds it with others. */
  void lockShared() throws IOException {
    flock(LibC.LOCK_SH);
  }

  /** Waits until nobody else holds the lock, and holds it alone. */
  void lockExclusive() throws IOException {
    flock(LibC.LOCK_EX);
  }

  void unlock() throws IOException {
    flock(LibC.LOCK_UN);
  }

  /** Closes the file, and with it gives back the lock. */
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
