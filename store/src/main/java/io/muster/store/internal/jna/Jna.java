package io.muster.store.internal.jna;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * JNA, which must load a native library before its first use. By default it unpacks the library in
 * the home or the temporary directory, which a hardened system may make read-only or noexec.
 */
public final class Jna {
  /** Why JNA cannot be used. A second attempt to load it would not give the reason. */
  private static final @Nullable String FAILURE = load();

  private Jna() {}

  /**
   * Returns if JNA can be used.
   *
   * @throws IOException otherwise; the message says what to do
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

  /** Loads by name, so that a missing class does not prevent this class from being used. */
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
