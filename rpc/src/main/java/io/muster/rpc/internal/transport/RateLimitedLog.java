package io.muster.rpc.internal.transport;

import io.muster.store.internal.text.PrintableText;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * The log of RPC: at most ten lines per second, so that a hostile caller cannot fill it. Never
 * throws. Thread-safe.
 */
public final class RateLimitedLog {
  private static final Logger LOG = System.getLogger("io.muster.rpc");
  private static final int PER_SECOND = 10;
  private static final int LONGEST = 300;

  private static long second = Long.MIN_VALUE;
  private static int inThisSecond;
  private static long suppressed;

  private RateLimitedLog() {}

  /** Logs one line. Control characters, which the caller may have chosen, are escaped. */
  public static void warn(String line) {
    try {
      log(line);
    } catch (Throwable e) {
      // A logger needs memory and files, which may be what there is too little of.
      count();
    }
  }

  /** Logs one line with what was thrown. */
  public static void warn(String line, Throwable thrown) {
    try {
      log(line + ": " + thrown);
    } catch (Throwable e) {
      count();
    }
  }

  private static synchronized void count() {
    suppressed++;
  }

  private static void log(String line) {
    long before;
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
      before = suppressed;
      suppressed = 0;
    }
    if (before > 0) {
      LOG.log(Level.WARNING, before + " more warnings were not logged");
    }
    LOG.log(Level.WARNING, printable(line));
  }

  private static String printable(String text) {
    String start = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    return PrintableText.of(start);
  }
}
