package io.muster.store.internal.serving;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.List;

/** Opens the JDK's sockets to listen on. */
final class ListenChannels {
  private ListenChannels() {}

  static List<ServerSocketChannel> open(Listening.OnAddresses on) throws IOException {
    return SamePort.bind(
        on.addresses(),
        on.port(),
        (address, port) -> bind(new InetSocketAddress(address, port), on),
        listener -> listener.socket().getLocalPort(),
        Closing::quietly);
  }

  private static ServerSocketChannel bind(InetSocketAddress address, Listening.OnAddresses on)
      throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    try {
      listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      on.keepAlive().applyToListener(listener);
      return listener.bind(address, on.backlog());
    } catch (IOException | RuntimeException e) {
      Closing.quietly(listener);
      throw e;
    }
  }
}
