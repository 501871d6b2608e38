package io.muster.store.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the name of a bind address means on this machine. */
final class BindAddresses {
  private BindAddresses() {}

  /**
   * The addresses to bind.
   *
   * @param host a host or address, {@code *} for all interfaces, or null for loopback
   * @throws UnknownHostException if the host has no address
   */
  static List<InetAddress> of(@Nullable String host) throws IOException {
    if (host == null) {
      return loopback();
    }
    if (host.equals("*")) {
      return List.of(new java.net.InetSocketAddress(0).getAddress());
    }
    List<InetAddress> addresses = List.of(InetAddress.getAllByName(host));
    return addresses.get(0).isAnyLocalAddress() ? addresses.subList(0, 1) : bindable(addresses);
  }

  /**
   * Those of a host's addresses that this machine has: a hosts file names ::1 on machines without
   * IPv6, and a name service an address outside a container. All if it has none, so that binding
   * them says what is wrong.
   */
  static List<InetAddress> bindable(List<InetAddress> addresses) throws IOException {
    List<InetAddress> own = new ArrayList<>();
    for (InetAddress address : addresses) {
      if (NetworkInterface.getByInetAddress(address) != null) {
        own.add(address);
      }
    }
    return own.isEmpty() ? addresses : own;
  }

  /** 127.0.0.1, and ::1 where the machine has it. */
  private static List<InetAddress> loopback() throws IOException {
    List<InetAddress> addresses = new ArrayList<>();
    addresses.add(InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1}));
    byte[] ipv6 = new byte[16];
    ipv6[15] = 1;
    InetAddress address = InetAddress.getByAddress("localhost", ipv6);
    if (NetworkInterface.getByInetAddress(address) != null) {
      addresses.add(address);
    }
    return addresses;
  }
}
