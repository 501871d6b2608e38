package io.muster.store.internal.file;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file identity from Linux's statx(2), which can query the server of a shared file system instead
 * of using cached attributes.
 */
final class StatxFileIdentity implements FileIdentity {
  private static final int AT_FDCWD = -100;
  private static final int AT_STATX_FORCE_SYNC = 0x2000;
  private static final int STATX_MTIME = 0x40;
  private static final int STATX_INO = 0x100;
  private static final int STATX_SIZE = 0x200;

  // Offsets of the fields of struct statx, which are the same on all architectures.
  private static final int INODE = 32;
  private static final int SIZE = 40;
  private static final int MODIFIED_SECONDS = 112;
  private static final int MODIFIED_NANOS = 120;
  private static final int DEVICE = 136;
  private static final int STRUCT_BYTES = 256;

  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final boolean AVAILABLE = Platform.isLinux() && isInLibrary();

  private final Path path;
  private final Memory name;
  private final Memory struct = new Memory(STRUCT_BYTES);
  private final ByteBuffer found = struct.getByteBuffer(0, STRUCT_BYTES);
  private long inode;
  private long device;

  private StatxFileIdentity(Path path) {
    byte[] bytes = LibC.name(path);
    this.path = path;
    this.name = new Memory(bytes.length);
    name.write(0, bytes, 0, bytes.length);
  }

  /**
   * Returns the file that the path names now; null if statx(2) is not available, because the C
   * library is too old or a sandbox forbids it.
   *
   * @throws NoSuchFileException if there is none
   */
  static @Nullable StatxFileIdentity at(Path path) throws IOException {
    if (!AVAILABLE) {
      return null;
    }
    StatxFileIdentity file = new StatxFileIdentity(path);
    int error = file.query();
    if (error == LibC.ENOENT) {
      throw new NoSuchFileException(path.toString());
    }
    if (error != 0) {
      return null;
    }
    file.inode = file.found.getLong(INODE);
    file.device = file.found.getLong(DEVICE);
    return file;
  }

  @Override
  public long length() throws IOException {
    int error = query();
    if (error != 0 && error != LibC.ENOENT) {
      throw LibC.failure("statx", path, error);
    }
    boolean same = error == 0 && found.getLong(INODE) == inode && found.getLong(DEVICE) == device;
    return same ? found.getLong(SIZE) : GONE;
  }

  @Override
  public long modified() {
    return found.getLong(MODIFIED_SECONDS) * NANOS_PER_SECOND + found.getInt(MODIFIED_NANOS);
  }

  @Override
  public boolean isKnownWithoutLock() {
    return true;
  }

  /** Fills {@link #found}, and returns the error number, or 0. */
  private int query() {
    while (true) {
      int result =
          statx(
              AT_FDCWD,
              Pointer.nativeValue(name),
              AT_STATX_FORCE_SYNC,
              STATX_INO | STATX_SIZE | STATX_MTIME,
              Pointer.nativeValue(struct));
      int error = result < 0 ? Native.getLastError() : 0;
      if (error != LibC.EINTR) {
        return error;
      }
    }
  }

  /** Takes pointers as numbers, which JNA passes through unchanged. */
  private static native int statx(int directory, long path, int flags, int mask, long struct);

  private static boolean isInLibrary() {
    try {
      Native.register(StatxFileIdentity.class, Platform.C_LIBRARY_NAME);
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false;
    }
  }
}
