package io.muster.store.internal.serving;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.List;

/** Opens listening sockets. */
final class ListenSockets {
  private ListenSockets() {}

  static List<ServerSocketChannel> open(ListenTarget.OnAddresses on) throws IOException {
    return SamePortBinder.bind(
        on.addresses(),
        on.port(),
        (address, port) -> bind(new InetSocketAddress(address, port), on),
        listener -> listener.socket().getLocalPort(),
        Closing::quietly);
  }

  /** The JDK's default is a dual-stack socket, whose wildcard address covers IPv4 and IPv6. */
  private static ServerSocketChannel open(InetAddress address) throws IOException {
    try {
      return address instanceof Inet4Address && address.isAnyLocalAddress()
          ? ServerSocketChannel.open(StandardProtocolFamily.INET)
          : ServerSocketChannel.open();
    } catch (UnsupportedOperationException e) {
      throw new IOException("this machine has no IPv4", e);
    }
  }

  private static ServerSocketChannel bind(InetSocketAddress address, ListenTarget.OnAddresses on)
      throws IOException {
    ServerSocketChannel listener = open(address.getAddress());
    try {
      listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      on.keepAlive().applyToListener(listener);
      return listener.bind(address, on.backlog());
    } catch (UnsupportedAddressTypeException e) {
      Closing.quietly(listener);
      throw new IOException("this machine has no IPv6", e);
    } catch (IOException | RuntimeException e) {
      Closing.quietly(listener);
      throw e;
    }
  }
}
