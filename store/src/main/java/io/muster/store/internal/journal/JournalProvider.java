package io.muster.store.internal.journal;

import java.io.IOException;
import java.nio.file.Path;

/** Finds the journals of data directories, as a service of {@link java.util.ServiceLoader}. */
public interface JournalProvider {
  /**
   * Takes over a data directory, which is created if it does not exist.
   *
   * @throws IOException if it is in use, cannot be written, has other data in it, or was written by
   *     a later version; the message says what helps, without the name of the directory
   */
  Journal journal(Path directory) throws IOException;
}
