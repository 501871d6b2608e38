package io.muster.store.internal.serving;

import io.muster.store.internal.socket.KeepAlive;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/**
 * The options of accepted sockets: no delay, and keep-alive.
 *
 * <p>Thousands of clients that connect at once are accepted by one thread, so what a socket has
 * inherited from the one it was accepted on is not set again.
 */
final class AcceptedOptions {
  private final KeepAlive keepAlive;
  private final boolean inherited;

  AcceptedOptions(ListenTarget listening) {
    this.keepAlive = listening.keepAlive();
    // A socket that was bound elsewhere may have connections already.
    this.inherited = listening instanceof ListenTarget.OnAddresses && KeepAlive.INHERITED;
  }

  void set(SocketChannel accepted) throws IOException {
    accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
    if (inherited) {
      accepted.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    } else {
      keepAlive.apply(accepted);
    }
  }
}
