package io.muster.store.server;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Resolves the name of a bind address on this machine. */
final class BindAddresses {
  private static final byte[] LOOPBACK_IPV4 = {127, 0, 0, 1};
  private static final byte[] LOOPBACK_IPV6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  private static final byte[] ANY_IPV4 = new byte[4];
  private static final byte[] ANY_IPV6 = new byte[16];

  private BindAddresses() {}

  /**
   * Returns the addresses to bind. The IPv6 wildcard address stands for all interfaces, with both
   * IPv4 and IPv6.
   *
   * @param host an address, a network interface or a host name; {@code *} for all interfaces; null
   *     for loopback
   * @throws UnknownHostException if the name is unknown or has no address
   */
  static List<InetAddress> of(@Nullable String host) throws IOException {
    if (host == null) {
      return loopback(BindAddresses::isOwn);
    }
    if (host.equals("*")) {
      return List.of(InetAddress.getByAddress(hasIpv6() ? ANY_IPV6 : ANY_IPV4));
    }
    NetworkInterface network = NetworkInterface.getByName(host);
    if (network != null) {
      return addressesOf(network);
    }
    List<InetAddress> addresses = List.of(lookUp(host));
    return addresses.get(0).isAnyLocalAddress()
        ? addresses.subList(0, 1)
        : bindable(addresses, BindAddresses::isOwn);
  }

  /** Whether a bind address means addresses of this machine only. */
  static boolean areOwn(@Nullable String host) {
    try {
      for (InetAddress address : of(host)) {
        if (!address.isAnyLocalAddress() && !isOwn(address)) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static InetAddress[] lookUp(String host) throws UnknownHostException {
    try {
      return InetAddress.getAllByName(host);
    } catch (UnknownHostException e) {
      UnknownHostException unknown =
          new UnknownHostException(
              host + " is neither an address nor a known host nor a network interface");
      unknown.initCause(e);
      throw unknown;
    }
  }

  /** Returns the addresses of an interface, IPv4 first, because most clients try IPv4 first. */
  private static List<InetAddress> addressesOf(NetworkInterface network)
      throws UnknownHostException {
    List<InetAddress> addresses =
        network
            .inetAddresses()
            .sorted(
                Comparator.comparing(
                    (InetAddress address) ->
                        address instanceof Inet4Address ? 0 : address.isLinkLocalAddress() ? 2 : 1))
            .toList();
    if (addresses.isEmpty()) {
      throw new UnknownHostException("network interface " + network.getName() + " has no address");
    }
    return addresses;
  }

  /** Whether an address belongs to this machine. */
  interface Owned {
    boolean test(InetAddress address) throws IOException;
  }

  private static boolean isOwn(InetAddress address) throws IOException {
    return NetworkInterface.getByInetAddress(address) != null;
  }

  private static boolean hasIpv6() throws IOException {
    try {
      ServerSocketChannel.open(StandardProtocolFamily.INET6).close();
      return true;
    } catch (UnsupportedOperationException e) {
      return false;
    }
  }

  /**
   * Returns those of a host's addresses that this machine has. A hosts file may list ::1 on a
   * machine without IPv6, and a name service may return an address outside of a container. Returns
   * all if the machine has none of them, so that binding fails with a reason.
   */
  static List<InetAddress> bindable(List<InetAddress> addresses, Owned owned) throws IOException {
    List<InetAddress> own = new ArrayList<>();
    for (InetAddress address : addresses) {
      if (owned.test(address)) {
        own.add(address);
      }
    }
    return own.isEmpty() ? addresses : own;
  }

  /** Returns 127.0.0.1 and ::1, or the one that the machine has. */
  static List<InetAddress> loopback(Owned owned) throws IOException {
    return bindable(
        List.of(
            InetAddress.getByAddress("localhost", LOOPBACK_IPV4),
            InetAddress.getByAddress("localhost", LOOPBACK_IPV6)),
        owned);
  }
}
