package io.muster.store.internal.file;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Arrays;

/** Functions of the C library without an equivalent in Java. */
final class LibC {
  static final int O_RDWR = 2;
  static final int LOCK_SH = 1;
  static final int LOCK_EX = 2;
  static final int LOCK_UN = 8;
  static final int ENOENT = 2;
  static final int EINTR = 4;

  static {
    Native.register(LibC.class, Platform.C_LIBRARY_NAME);
  }

  private LibC() {}

  /**
   * The bytes that {@code java.nio.file} passes to the system for a path, and a terminating zero.
   */
  static byte[] name(Path path) {
    byte[] name =
        path.toString().getBytes(Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8")));
    return Arrays.copyOf(name, name.length + 1);
  }

  /** Opens an existing file; {@code path} ends with a zero byte. */
  static native int open(byte[] path, int flags);

  static native int flock(int descriptor, int operation);

  static native int close(int descriptor);

  static native String strerror(int error);

  /** Creates the exception for a failed function and its error number. */
  static IOException failure(String function, Path path, int error) {
    return new IOException(function + " " + path + ": " + strerror(error));
  }
}
