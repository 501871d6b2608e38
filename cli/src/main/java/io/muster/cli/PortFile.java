package io.muster.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file that holds a server's port while the server accepts connections, for scripts that wait for
 * it. It appears whole or not at all.
 */
final class PortFile implements AutoCloseable {
  private final Path file;
  private boolean closed;

  /** Removes what an earlier server left at {@code file}. */
  PortFile(Path file) {
    this.file = file.toAbsolutePath();
    remove();
  }

  /** Writes the port and the end of a line. Does nothing once this is closed. */
  synchronized void write(int port) {
    if (closed) {
      return;
    }
    Path unfinished = file.resolveSibling("." + file.getFileName() + "." + port + ".tmp");
    try {
      Files.writeString(unfinished, port + "\n");
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw failed("write", e);
    }
  }

  /** Removes the file. */
  @Override
  public synchronized void close() {
    closed = true;
    remove();
  }

  private void remove() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw failed("remove", e);
    }
  }

  private CommandFailedException failed(String verb, IOException cause) {
    return new CommandFailedException(
        ExitCode.CANNOT_SERVE, "cannot " + verb + " the port file " + file + ": " + cause, cause);
  }
}
