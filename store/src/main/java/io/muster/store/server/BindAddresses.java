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
    InetAddress[] addresses = InetAddress.getAllByName(host);
    return addresses[0].isAnyLocalAddress() ? List.of(addresses[0]) : List.of(addresses);
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
