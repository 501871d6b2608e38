package io.muster.store.internal.client;

import io.muster.store.internal.wire.Hello;
import io.muster.store.internal.wire.Protocol;
import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.WireException;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The first exchange on a connection: VALIDATE, and a CHECK for each of two keys that only Muster's
 * servers have, sent together. Servers of PyTorch 2.2 and later support these; PING is newer. HELLO
 * follows if the server supports it.
 */
final class Handshake {
  private Handshake() {}

  /**
   * The identity of the server.
   *
   * @param hello null if the server does not support HELLO
   */
  record Greeting(ServerKind server, @Nullable Hello hello) {
    /** Whether two greetings may come from the same server. */
    boolean mayBeOfSame(Greeting other) {
      return server == other.server && name().equals(other.name());
    }

    /** The name by which the server identifies itself; empty if it sends none. */
    private Optional<String> name() {
      return Optional.ofNullable(hello).map(Hello::server);
    }
  }

  /**
   * Connects and performs the handshake. Closes the connection if that fails.
   *
   * @param nanos how long both may take together
   * @throws WireException if the peer is not a store
   */
  static Greeting shakeHands(Connection connection, InetSocketAddress address, long nanos)
      throws IOException {
    return connection.call(
        nanos,
        unused -> {
          connection.connect(address, nanos);
          connection.requests().validate();
          connection.requests().check(List.of(Protocol.musterMark()));
          connection.requests().check(List.of(Protocol.helloMark()));
          connection.flush();
          return greeting(connection, address);
        });
  }

  private static Greeting greeting(Connection connection, InetSocketAddress address)
      throws IOException {
    int muster = firstReply(connection);
    if (muster != Reply.READY && muster != Reply.NOT_READY) {
      throw new WireException(
          String.format(
              Locale.ROOT, "the peer at %s is not a store: it replied 0x%02x", address, muster));
    }
    boolean hello = connection.replies().getByte() == Reply.READY;
    if (muster == Reply.NOT_READY) {
      return new Greeting(ServerKind.PYTORCH, null);
    }
    if (!hello) {
      return new Greeting(ServerKind.MUSTER, null);
    }
    // Numbered waits use other connections. This asks only whether the server supports them.
    connection.sendHello(Hello.REFUSALS, Hello.NUMBERED_WAITS, Hello.COMPARE_AND_SWAP, Hello.WATCH);
    connection.flush();
    return new Greeting(ServerKind.MUSTER, connection.readHello());
  }

  private static int firstReply(Connection connection) throws IOException {
    try {
      return connection.replies().getByte();
    } catch (EOFException e) {
      throw new IOException(
          "the server closed the connection at once, perhaps because its connection limit is"
              + " reached",
          e);
    }
  }
}
