package io.muster.store.internal.file;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The file that a path named once, told from any other that it may name later. */
interface NamedFile {
  /** No length: the path does not name the file. */
  long GONE = -1;

  /**
   * The file that the path names now.
   *
   * @throws NoSuchFileException if there is none
   */
  static NamedFile at(Path path) throws IOException {
    NamedFile file = StatxFile.at(path);
    return file == null ? new AttributesFile(path) : file;
  }

  /**
   * How long the file is, or {@link #GONE} if the path names it no longer, but another or none: one
   * question to the system for both.
   */
  long length() throws IOException;

  /**
   * Whether {@link #length} counts all that was written before the call. Otherwise it does so only
   * under the lock: on NFS a client believes lengths it knows for seconds, and asks the server when
   * it takes a lock.
   */
  boolean isKnownWithoutLock();
}
