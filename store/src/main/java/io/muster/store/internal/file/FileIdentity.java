package io.muster.store.internal.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** The file that a path named when this was created, as opposed to a later one of the same path. */
interface FileIdentity {
  /** No length: the path does not name the file. */
  long GONE = -1;

  /**
   * The file that the path names now.
   *
   * @throws NoSuchFileException if there is none
   * @throws IOException if it is not a regular file
   */
  static FileIdentity at(Path path) throws IOException {
    requireRegular(path);
    FileIdentity file = StatxFileIdentity.at(path);
    return file == null ? new NioFileIdentity(path) : file;
  }

  /**
   * Refuses what is there but is not a regular file, without opening it: opening a FIFO waits for
   * its other end, and a device has no end.
   *
   * @throws NoSuchFileException if there is nothing
   * @throws IOException if it is not a regular file
   */
  static void requireRegular(Path path) throws IOException {
    BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
    if (!found.isRegularFile()) {
      String what = found.isDirectory() ? "a directory" : "a FIFO, a socket or a device";
      throw new IOException(path + " is " + what + ", where a regular file is needed");
    }
  }

  /**
   * How long the file is, or {@link #GONE} if the path names it no longer, but another or none: one
   * question to the system for both.
   */
  long length() throws IOException;

  /** When the content was changed last, in any unit, as of the last call of {@link #length}. */
  long modified();

  /**
   * Whether {@link #length} counts all that was written before the call. Otherwise it does so only
   * under the lock: on NFS a client believes lengths it knows for seconds, and asks the server when
   * it takes a lock.
   */
  boolean isKnownWithoutLock();
}
