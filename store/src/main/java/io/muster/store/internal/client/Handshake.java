package io.muster.store.internal.client;

import io.muster.store.internal.wire.Protocol;
import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.WireException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;

/**
 * The first exchange on a connection: VALIDATE and a CHECK of a key that only a Muster server has,
 * sent at once. Servers from PyTorch 2.2 on understand it; PING came later.
 */
final class Handshake {
  private Handshake() {}

  /**
   * Connects and shakes hands; closes the connection if that fails.
   *
   * @param nanos how long both may take together
   * @throws WireException if something answers that is no store
   */
  static ServerKind shakeHands(Connection connection, InetSocketAddress address, long nanos)
      throws IOException {
    return connection.call(
        nanos,
        unused -> {
          connection.connect(address, nanos);
          connection.requests().validate();
          connection.requests().check(List.of(Protocol.musterMark()));
          connection.flush();
          int answer = connection.replies().getByte();
          return switch (answer) {
            case Reply.READY -> ServerKind.MUSTER;
            case Reply.NOT_READY -> ServerKind.PYTORCH;
            default ->
                throw new WireException(
                    String.format(
                        Locale.ROOT,
                        "what listens on %s is no store: it answered 0x%02x",
                        address,
                        answer));
          };
        });
  }
}
