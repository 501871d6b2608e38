package io.muster.store.internal.jna;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * JNA, which must load a native library before its first use. By default it unpacks the library
 * below the home or the temporary directory, where a hardened system may allow neither writing nor
 * loading.
 */
public final class Jna {
  /** Why JNA cannot be used. Its own second answer would no longer say so. */
  private static final @Nullable String FAILURE = load();

  private Jna() {}

  /**
   * Returns if JNA can be used.
   *
   * @throws IOException if not, which says what to do
   */
  public static void requireLoaded() throws IOException {
    if (FAILURE != null) {
      throw new IOException(
          "JNA cannot load its native library; set -Djna.tmpdir to a directory that can be written"
              + " to, on a file system that is not mounted noexec (seen: "
              + FAILURE
              + ")");
    }
  }

  /** By name, so that a class that is missing does not prevent this one from being used. */
  private static @Nullable String load() {
    try {
      Class.forName("com.sun.jna.Native");
      return null;
    } catch (LinkageError | ClassNotFoundException e) {
      Throwable shown =
          e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e;
      return shown.toString().lines().findFirst().orElse("");
    }
  }
}
