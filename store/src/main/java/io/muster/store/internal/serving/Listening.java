package io.muster.store.internal.serving;

import io.muster.store.internal.socket.KeepAlive;
import java.net.InetAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;

/** Where a server listens. */
public sealed interface Listening {
  /** How many connections may wait to be accepted. */
  int backlog();

  /** When a client that has vanished is noticed. */
  KeepAlive keepAlive();

  /**
   * On addresses of this machine, all with the same port.
   *
   * @param addresses at least one; the wildcard of IPv6 means all interfaces by IPv6 and IPv4, that
   *     of IPv4 by IPv4 only
   * @param port 0 for any free one
   */
  record OnAddresses(List<InetAddress> addresses, int port, int backlog, KeepAlive keepAlive)
      implements Listening {}

  /**
   * On a bound socket that was inherited, by its descriptor. It belongs to the server from now on.
   */
  record OnDescriptor(int descriptor, int backlog, KeepAlive keepAlive) implements Listening {}

  /** On a bound socket of this process. It belongs to the server from now on. */
  record OnChannel(ServerSocketChannel channel, int backlog, KeepAlive keepAlive)
      implements Listening {}
}
