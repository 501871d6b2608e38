package io.muster.collectives.internal.mesh;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** Logging for threads that must go on even if logging fails. */
final class SafeLog {
  private SafeLog() {}

  /**
   * Logs a message, and ignores whatever is thrown: when descriptors or memory are exhausted,
   * logging fails too, and handlers of the application may throw.
   */
  static void log(Logger logger, Level level, String message, @Nullable Throwable cause) {
    try {
      logger.log(level, message, cause);
    } catch (Throwable e) {
      // The calling thread must go on.
    }
  }
}
