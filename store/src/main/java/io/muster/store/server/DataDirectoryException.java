package io.muster.store.server;

import io.muster.store.MusterException;
import java.nio.file.Path;

/**
 * The data directory of a server cannot be used: it is in use, damaged, full, of another program or
 * of a later version, or what it needs is not there. The message says what helps.
 */
public final class DataDirectoryException extends MusterException {
  private static final long serialVersionUID = 1L;

  private final String directory;

  DataDirectoryException(Path directory, String reason, Throwable cause) {
    super("Opening the data directory " + directory + " failed: " + reason, cause);
    this.directory = directory.toString();
  }

  /** The directory. */
  public Path directory() {
    return Path.of(directory);
  }
}
