package io.muster.collectives.internal.mesh;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** What must not fail: closing what is unusable, and logging on a thread that must go on. */
final class Quietly {
  private Quietly() {}

  static void close(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      // It is of no use any more.
    }
  }

  /**
   * Logs from a thread that must go on whatever happens: logging fails itself when descriptors or
   * memory are exhausted, or a handler of the program's throws.
   */
  static void log(Logger logger, Level level, String message, @Nullable Throwable cause) {
    try {
      logger.log(level, message, cause);
    } catch (Throwable e) {
      // The caller must go on.
    }
  }
}
