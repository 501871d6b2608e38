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

/** Opens the sockets that a server listens on. */
final class ListenSockets {
  private ListenSockets() {}

  /**
   * Listens on what a server was told to listen on.
   *
   * @return at least one socket
   * @throws IOException if it cannot listen
   * @throws UnsupportedOperationException if it is to listen on a descriptor and this is not Linux
   */
  static List<ListenSocket> open(ListenTarget target) throws IOException {
    if (target instanceof ListenTarget.OnAddresses on) {
      return bind(on);
    }
    if (target instanceof ListenTarget.OnChannel on) {
      return List.of(ListenSocket.of(on.channel()));
    }
    return List.of(InheritedSocket.listen((ListenTarget.OnDescriptor) target));
  }

  private static List<ListenSocket> bind(ListenTarget.OnAddresses on) throws IOException {
    return SamePortBinder.bind(
        on.addresses(),
        on.port(),
        (address, port) -> bind(new InetSocketAddress(address, port), on),
        listener -> listener.address().getPort(),
        listener -> Closing.quietly(listener.channel()));
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

  private static ListenSocket bind(InetSocketAddress address, ListenTarget.OnAddresses on)
      throws IOException {
    ServerSocketChannel listener = open(address.getAddress());
    try {
      listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      on.keepAlive().applyToListener(listener);
      return ListenSocket.of(listener.bind(address, on.backlog()));
    } catch (UnsupportedAddressTypeException e) {
      Closing.quietly(listener);
      throw new IOException("this machine has no IPv6", e);
    } catch (Throwable e) {
      Closing.quietly(listener);
      throw e;
    }
  }
}
