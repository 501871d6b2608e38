package io.muster.store.internal.serving;

import io.muster.store.internal.text.PrintableText;
import io.muster.store.internal.wire.WireException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The log of a server: at most ten lines per second, so that a hostile client cannot fill it. No
 * method throws: a logger needs memory and files, which may have run out while the server goes on.
 */
final class RateLimitedLog {
  private static final Logger LOG = System.getLogger("io.muster.store.server");
  private static final int LINES_PER_SECOND = 10;
  private static final int MAX_CHARACTERS = 300;

  private long second = Long.MIN_VALUE;
  private int inThisSecond;
  private long suppressed;

  /** Logs that {@code client} is disconnected, and why. */
  void disconnecting(NonBlockingSocket client, Throwable reason) {
    try {
      disconnecting(client.remoteAddress(), reason);
    } catch (Throwable e) {
      suppressed();
    }
  }

  /** Logs that {@code client} is disconnected, and why. */
  void disconnecting(NonBlockingSocket client, String reason) {
    try {
      disconnecting(client.remoteAddress(), reason);
    } catch (Throwable e) {
      suppressed();
    }
  }

  /** Logs that {@code client} is disconnected, and why. */
  void disconnecting(Socket client, Throwable reason) {
    try {
      disconnecting(client.getRemoteSocketAddress(), reason);
    } catch (Throwable e) {
      suppressed();
    }
  }

  /** Logs that {@code client} is disconnected, and why. */
  void disconnecting(Socket client, String reason) {
    try {
      disconnecting(client.getRemoteSocketAddress(), reason);
    } catch (Throwable e) {
      suppressed();
    }
  }

  /** Logs that {@code client} is disconnected, and why. */
  private void disconnecting(@Nullable SocketAddress client, Throwable reason) {
    try {
      disconnecting(
          client,
          reason instanceof WireException
              ? String.valueOf(reason.getMessage())
              : "an error of the server: " + reason);
    } catch (Throwable e) {
      suppressed();
    }
  }

  /**
   * Logs that {@code client} is disconnected, and why. The address is logged as numbers, without a
   * reverse lookup.
   */
  private void disconnecting(@Nullable SocketAddress client, String reason) {
    try {
      warn("disconnecting " + client + ": " + reason);
    } catch (Throwable e) {
      suppressed();
    }
  }

  /** Logs that a connection could not be accepted. */
  void acceptFailed(Throwable reason) {
    try {
      warn("a connection could not be accepted: " + reason);
    } catch (Throwable e) {
      suppressed();
    }
  }

  /** Logs a failure that concerns no single client. */
  void serverFailed(Throwable reason) {
    try {
      warn("an error of the server: " + reason);
    } catch (Throwable e) {
      suppressed();
    }
  }

  /** Logs that the server stops by itself, and why. */
  void stopping(Throwable reason) {
    try {
      String message = reason instanceof IOException ? reason.getMessage() : null;
      warn("the server stops: " + (message == null ? reason.toString() : message));
    } catch (Throwable e) {
      suppressed();
    }
  }

  private synchronized void suppressed() {
    suppressed++;
  }

  /** Runs {@code line}, which logs one line that is no warning, unless too much is logged. */
  synchronized void info(Runnable line) {
    if (!hasRoom()) {
      return;
    }
    try {
      line.run();
    } catch (Throwable e) {
      suppressed++;
    }
  }

  private boolean hasRoom() {
    long now = System.nanoTime() / 1_000_000_000;
    if (now != second) {
      second = now;
      inThisSecond = 0;
    }
    return ++inThisSecond <= LINES_PER_SECOND;
  }

  private synchronized void warn(String message) {
    if (!hasRoom()) {
      suppressed++;
      return;
    }
    try {
      if (suppressed > 0) {
        LOG.log(Level.WARNING, suppressed + " more warnings about clients");
        suppressed = 0;
      }
      LOG.log(Level.WARNING, printable(message));
    } catch (Throwable e) {
      suppressed++;
    }
  }

  /** One short line. Messages may quote keys, which are any bytes. */
  private static String printable(String text) {
    String start = text.length() > MAX_CHARACTERS ? text.substring(0, MAX_CHARACTERS) + "…" : text;
    return PrintableText.of(start);
  }
}
