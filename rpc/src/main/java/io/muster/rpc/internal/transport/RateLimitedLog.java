package io.muster.rpc.internal.transport;

import io.muster.store.internal.text.PrintableText;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * The log of this module, limited to ten lines per second so that clients cannot flood it. Never
 * throws. Thread-safe.
 */
public final class RateLimitedLog {
  private static final Logger LOG = System.getLogger("io.muster.rpc");
  private static final int PER_SECOND = 10;
  private static final int MAX_LENGTH = 300;

  private static long second = Long.MIN_VALUE;
  private static int inThisSecond;
  private static long suppressed;

  private RateLimitedLog() {}

  /** Logs a warning. Control characters, which a client may have chosen, are escaped. */
  public static void warn(String line) {
    try {
      log(line);
    } catch (Throwable e) {
      // Logging needs memory and descriptors, which may be exhausted.
      countSuppressed();
    }
  }

  /** Logs a warning and an exception in one line. */
  public static void warn(String line, Throwable thrown) {
    try {
      log(line + ": " + thrown);
    } catch (Throwable e) {
      countSuppressed();
    }
  }

  private static synchronized void countSuppressed() {
    suppressed++;
  }

  private static void log(String line) {
    long suppressedBefore;
    synchronized (RateLimitedLog.class) {
      long now = System.nanoTime() / 1_000_000_000;
      if (now != second) {
        second = now;
        inThisSecond = 0;
      }
      if (++inThisSecond > PER_SECOND) {
        suppressed++;
        return;
      }
      suppressedBefore = suppressed;
      suppressed = 0;
    }
    if (suppressedBefore > 0) {
      LOG.log(Level.WARNING, suppressedBefore + " more warnings were not logged");
    }
    LOG.log(Level.WARNING, printable(line));
  }

  private static String printable(String text) {
    String start = text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "…" : text;
    return PrintableText.of(start);
  }
}
