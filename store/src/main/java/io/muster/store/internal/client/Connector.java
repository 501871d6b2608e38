package io.muster.store.internal.client;

import io.muster.store.internal.wire.WireException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connects to a server: resolves its name, tries each address, performs the handshake, and retries
 * until the timeout has elapsed.
 */
final class Connector {
  /**
   * The least time for the first attempt, even if the timeout is shorter. Name resolution and the
   * handshake can take that long on a busy machine.
   */
  private static final long FIRST_ATTEMPT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final String host;
  private final int port;
  private final long timeoutNanos;
  private final long start = System.nanoTime();

  Connector(String host, int port, long timeoutNanos) {
    this.host = host;
    this.port = port;
    this.timeoutNanos = timeoutNanos;
  }

  /** A connection whose handshake is done. */
  record Connected(Connection connection, InetSocketAddress address, Handshake.Greeting greeting) {
    ServerKind server() {
      return greeting.server();
    }
  }

  /**
   * Connects. At least one attempt is made, and it has at least one second.
   *
   * @throws ConnectTimeoutException if no attempt succeeds in time
   * @throws WireException if the peer is not a store
   * @throws InterruptedException if the thread is interrupted
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
      TimeUnit.NANOSECONDS.sleep(Math.min(backoff.nextNanos(), Math.max(0, left(timeoutNanos))));
    } while (left(timeoutNanos) > 0);
    throw new ConnectTimeoutException(
        host, port, TimeUnit.NANOSECONDS.toMillis(timeoutNanos), attempts, last);
  }

  private Connected attempt() throws IOException, InterruptedException {
    long nanos = Math.max(timeoutNanos, FIRST_ATTEMPT_NANOS);
    List<InetAddress> addresses = Resolver.resolve(host, left(nanos));
    @Nullable IOException last = null;
    int untried = addresses.size();
    for (InetAddress address : addresses) {
      // An address that does not respond must leave time for the addresses after it.
      long share = nanos == Long.MAX_VALUE ? nanos : left(nanos) / untried--;
      try {
        return shakeHands(new InetSocketAddress(address, port), Math.max(1, share));
      } catch (WireException e) {
        throw e;
      } catch (CallInterruptedException e) {
        throw interrupted(e);
      } catch (IOException e) {
        last = e;
      }
    }
    throw last == null ? new IOException(host + " has no address") : last;
  }

  private static Connected shakeHands(InetSocketAddress address, long nanos) throws IOException {
    Connection connection = new Connection();
    return new Connected(connection, address, Handshake.shakeHands(connection, address, nanos));
  }

  private static InterruptedException interrupted(CallInterruptedException cause) {
    boolean unused = Thread.interrupted();
    InterruptedException interrupted = new InterruptedException("interrupted while connecting");
    interrupted.initCause(cause);
    return interrupted;
  }

  private long left(long nanos) {
    return nanos == Long.MAX_VALUE ? nanos : nanos - (System.nanoTime() - start);
  }
}
