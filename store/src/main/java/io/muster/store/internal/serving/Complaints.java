package io.muster.store.internal.serving;

import io.muster.store.internal.text.PrintableText;
import io.muster.store.internal.wire.WireException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Logs why clients are disconnected, a few times a second at most, so that a hostile client cannot
 * fill the log. Nothing here throws: a logger needs memory and files, which may be what there is
 * too little of, and serving goes on.
 */
final class Complaints {
  private static final Logger LOG = System.getLogger("io.muster.store.server");
  private static final int A_SECOND = 10;
  private static final int LONGEST_REASON = 300;

  private long second = Long.MIN_VALUE;
  private int inThisSecond;
  private long unsaid;

  /** Says that {@code client} is disconnected, and why. */
  void about(Link client, Throwable reason) {
    try {
      about(client.remoteAddress(), reason);
    } catch (Throwable e) {
      unsaid();
    }
  }

  /** Says that {@code client} is disconnected, and why. */
  void about(Socket client, Throwable reason) {
    try {
      about(client.getRemoteSocketAddress(), reason);
    } catch (Throwable e) {
      unsaid();
    }
  }

  /** Says that {@code client} is disconnected, and why. */
  void about(Socket client, String reason) {
    try {
      about(client.getRemoteSocketAddress(), reason);
    } catch (Throwable e) {
      unsaid();
    }
  }

  /** Says that {@code client} is disconnected, and why. */
  private void about(@Nullable SocketAddress client, Throwable reason) {
    try {
      about(
          client,
          reason instanceof WireException
              ? String.valueOf(reason.getMessage())
              : "an error of the server: " + reason);
    } catch (Throwable e) {
      unsaid();
    }
  }

  /**
   * Says that {@code client} is disconnected, and why. The address is written as numbers, never
   * looked up.
   */
  void about(@Nullable SocketAddress client, String reason) {
    try {
      say("disconnecting " + client + ": " + reason);
    } catch (Throwable e) {
      unsaid();
    }
  }

  /** Says that a client that would connect could not be accepted. */
  void aboutAccepting(Throwable reason) {
    try {
      say("a connection could not be accepted: " + reason);
    } catch (Throwable e) {
      unsaid();
    }
  }

  /** Says that the server itself failed at something that concerns no one client. */
  void aboutServing(Throwable reason) {
    try {
      say("an error of the server: " + reason);
    } catch (Throwable e) {
      unsaid();
    }
  }

  private synchronized void unsaid() {
    unsaid++;
  }

  private synchronized void say(String complaint) {
    long now = System.nanoTime() / 1_000_000_000;
    if (now != second) {
      second = now;
      inThisSecond = 0;
    }
    if (++inThisSecond > A_SECOND) {
      unsaid++;
      return;
    }
    try {
      if (unsaid > 0) {
        LOG.log(Level.WARNING, unsaid + " more complaints about clients");
        unsaid = 0;
      }
      LOG.log(Level.WARNING, printable(complaint));
    } catch (Throwable e) {
      unsaid++;
    }
  }

  /** One short line, though keys, which are any bytes, may be quoted in it. */
  private static String printable(String text) {
    String start = text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) + "…" : text;
    return PrintableText.of(start);
  }
}
