package io.muster.store.internal.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The file that a path named when this was created, as opposed to a later file with the same path.
 */
interface FileIdentity {
  /** In place of a length: the path no longer names the file. */
  long GONE = -1;

  /**
   * Returns the file that the path names now.
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
   * Throws if the path names something other than a regular file. It does not open the file,
   * because opening a FIFO blocks until its other end is opened, and a device may never end.
   *
   * @throws NoSuchFileException if there is nothing
   * @throws IOException if it is not a regular file
   */
  static void requireRegular(Path path) throws IOException {
    BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
    if (!found.isRegularFile()) {
      String what = found.isDirectory() ? "a directory" : "a FIFO, a socket or a device";
      throw new IOException(path + " is " + what + "; a regular file is needed");
    }
  }

  /**
   * Returns the length of the file, or {@link #GONE} if the path names another file or none. One
   * system call determines both.
   */
  long length() throws IOException;

  /** The modification time of the content as of the last call of {@link #length}, in any unit. */
  long modified();

  /**
   * Whether {@link #length} always includes every earlier write. If not, it does so only under the
   * lock: an NFS client caches lengths for seconds and asks the server when it takes a lock.
   */
  boolean isKnownWithoutLock();
}
