package io.muster.store.internal.serving;

import io.muster.store.internal.socket.KeepAlive;
import java.net.InetAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;

/** Where a server listens. */
public sealed interface ListenTarget {
  /** The length of the accept queue. */
  int backlog();

  /** When a vanished client is disconnected. */
  KeepAlive keepAlive();

  /**
   * Addresses of this machine, all with the same port.
   *
   * @param addresses at least one; the wildcard of IPv6 means all interfaces by IPv6 and IPv4, that
   *     of IPv4 by IPv4 only
   * @param port 0 for any free one
   */
  record OnAddresses(List<InetAddress> addresses, int port, int backlog, KeepAlive keepAlive)
      implements ListenTarget {}

  /** A bound socket that was inherited, by its descriptor. A server that listens owns it. Linux. */
  record OnDescriptor(int descriptor, int backlog, KeepAlive keepAlive) implements ListenTarget {}

  /** A bound socket of this process. The server takes ownership. */
  record OnChannel(ServerSocketChannel channel, int backlog, KeepAlive keepAlive)
      implements ListenTarget {}
}
