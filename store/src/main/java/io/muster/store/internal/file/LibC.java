package io.muster.store.internal.file;

import com.sun.jna.Native;
import com.sun.jna.Platform;

/** The few functions of the C library that Java has no name for. */
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

  /** Opens a file that exists; {@code path} ends in a zero byte. */
  static native int open(byte[] path, int flags);

  static native int flock(int descriptor, int operation);

  static native int close(int descriptor);

  static native String strerror(int error);
}
