package io.muster.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.function.IntFunction;

/** A port that must be known before anybody listens on it. */
public final class FreePort {
  private static final int TRIES = 10;

  private FreePort() {}

  /** Does something with a free port, and again with another one if that is taken meanwhile. */
  public static <T> T use(IntFunction<T> body) {
    for (int tries = 1; ; tries++) {
      try {
        return body.apply(find());
      } catch (NetworkException e) {
        if (tries == TRIES || !String.valueOf(e.getMessage()).contains("EADDRINUSE")) {
          throw e;
        }
      }
    }
  }

  /** A port on which nobody listens now. */
  public static int find() {
    try (ServerSocketChannel channel = bound()) {
      return port(channel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A socket bound to a free port of 127.0.0.1. */
  public static ServerSocketChannel bound() throws IOException {
    return ServerSocketChannel.open()
        .bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
  }

  /** The port of a bound socket. */
  public static int port(ServerSocketChannel channel) throws IOException {
    return ((InetSocketAddress) channel.getLocalAddress()).getPort();
  }
}
