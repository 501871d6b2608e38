package io.muster.store.internal.serving;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Logs why clients are disconnected, a few times a second at most, so that a hostile client cannot
 * fill the log.
 */
final class Complaints {
  private static final Logger LOG = System.getLogger("io.muster.store.server");
  private static final int A_SECOND = 10;

  private long second = Long.MIN_VALUE;
  private int inThisSecond;

  /**
   * Says that {@code client} is disconnected, and why. The address is written as numbers, never
   * looked up.
   */
  synchronized void about(@Nullable SocketAddress client, String reason) {
    long now = System.nanoTime() / 1_000_000_000;
    if (now != second) {
      if (inThisSecond > A_SECOND) {
        LOG.log(Level.WARNING, "{0} more clients were disconnected", inThisSecond - A_SECOND);
      }
      second = now;
      inThisSecond = 0;
    }
    if (++inThisSecond <= A_SECOND) {
      LOG.log(Level.WARNING, "disconnecting {0}: {1}", client, reason);
    }
  }
}
