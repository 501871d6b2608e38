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
 * The first exchange on a connection: VALIDATE and a CHECK of each of two keys that only Muster
 * servers have, sent at once. Servers from PyTorch 2.2 on understand it; PING came later. HELLO
 * follows where it is understood.
 */
final class Handshake {
  private Handshake() {}

  /**
   * Who answered.
   *
   * @param hello null if the server does not know HELLO
   */
  record Greeting(ServerKind server, @Nullable Hello hello) {
    /** Whether two greetings may be of the same server. */
    boolean mayBeOfSame(Greeting other) {
      return server == other.server && name().equals(other.name());
    }

    /** What the server calls itself; nothing if it does not say. */
    private Optional<String> name() {
      return Optional.ofNullable(hello).map(Hello::server);
    }
  }

  /**
   * Connects and shakes hands; closes the connection if that fails.
   *
   * @param nanos how long both may take together
   * @throws WireException if something answers that is no store
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
    int muster = firstAnswer(connection);
    if (muster != Reply.READY && muster != Reply.NOT_READY) {
      throw new WireException(
          String.format(
              Locale.ROOT, "what listens on %s is no store: it answered 0x%02x", address, muster));
    }
    boolean hello = connection.replies().getByte() == Reply.READY;
    if (muster == Reply.NOT_READY) {
      return new Greeting(ServerKind.PYTORCH, null);
    }
    if (!hello) {
      return new Greeting(ServerKind.MUSTER, null);
    }
    // Numbered waits are used on other connections; this one learns whether there are any.
    connection.sendHello(Hello.REFUSALS, Hello.NUMBERED_WAITS, Hello.COMPARE_AND_SWAP);
    connection.flush();
    return new Greeting(ServerKind.MUSTER, connection.readHello());
  }

  private static int firstAnswer(Connection connection) throws IOException {
    try {
      return connection.replies().getByte();
    } catch (EOFException e) {
      throw new IOException(
          "the server closed the connection at once, perhaps because it takes no more (limits?)",
          e);
    }
  }
}
