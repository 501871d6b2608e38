package io.muster.store.internal.client;

import io.muster.store.internal.wire.Protocol;
import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.WireException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds a server: looks its name up, tries each of its addresses, shakes hands, and tries again
 * until time is up.
 *
 * <p>The handshake is VALIDATE and a CHECK of a key that only a Muster server has, sent at once.
 * Servers from PyTorch 2.2 on understand it; PING came later.
 */
final class Connector {
  private final String host;
  private final int port;
  private final long timeoutNanos;
  private final long start = System.nanoTime();

  Connector(String host, int port, long timeoutNanos) {
    this.host = host;
    this.port = port;
    this.timeoutNanos = timeoutNanos;
  }

  /** A connection that has shaken hands. */
  record Connected(Connection connection, InetSocketAddress address, ServerKind server) {}

  /**
   * Connects.
   *
   * @throws ConnectTimeoutException if no attempt succeeds in time
   * @throws WireException if something answers that is no store
   * @throws InterruptedException if the thread is interrupted between attempts
   */
  Connected connect() throws IOException, InterruptedException {
    Backoff backoff = new Backoff();
    IOException last = null;
    int attempts = 0;
    do {
      attempts++;
      try {
        return attempt();
      } catch (WireException e) {
        throw e;
      } catch (IOException e) {
        last = e;
      }
      TimeUnit.NANOSECONDS.sleep(Math.min(backoff.nextNanos(), Math.max(0, remainingNanos())));
    } while (remainingNanos() > 0);
    throw new ConnectTimeoutException(
        host, port, TimeUnit.NANOSECONDS.toMillis(timeoutNanos), attempts, last);
  }

  private Connected attempt() throws IOException, InterruptedException {
    List<InetAddress> addresses = Resolver.resolve(host, remainingNanos());
    @Nullable IOException last = null;
    int untried = addresses.size();
    for (InetAddress address : addresses) {
      // An address that does not answer must not use up the time of those behind it.
      long share = timeoutNanos == Long.MAX_VALUE ? timeoutNanos : remainingNanos() / untried--;
      try {
        return shakeHands(new InetSocketAddress(address, port), Math.max(1, share));
      } catch (WireException e) {
        throw e;
      } catch (IOException e) {
        last = e;
      }
    }
    throw last == null ? new IOException(host + " has no address") : last;
  }

  private Connected shakeHands(InetSocketAddress address, long nanos) throws IOException {
    Connection connection = Connection.open(address, nanos);
    try {
      connection.readTimeout(nanos);
      connection.requests().validate();
      connection.requests().check(List.of(Protocol.musterMark()));
      connection.flush();
      int answer = connection.replies().getByte();
      ServerKind server =
          switch (answer) {
            case Reply.READY -> ServerKind.MUSTER;
            case Reply.NOT_READY -> ServerKind.PYTORCH;
            default ->
                throw new WireException(
                    "what listens on %s is no store: it answered 0x%02x"
                        .formatted(address, answer));
          };
      return new Connected(connection, address, server);
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private long remainingNanos() {
    return timeoutNanos == Long.MAX_VALUE
        ? timeoutNanos
        : timeoutNanos - (System.nanoTime() - start);
  }
}
