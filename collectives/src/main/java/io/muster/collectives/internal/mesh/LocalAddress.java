package io.muster.collectives.internal.mesh;

import io.muster.store.internal.text.PrintableText;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.List;

/** The addresses of this host that a rank can listen on. */
public final class LocalAddress {
  private LocalAddress() {}

  /**
   * The address of a network interface; its IPv4 address if it has one.
   *
   * @throws IllegalArgumentException if there is no such interface or it has no address
   */
  public static InetAddress of(String interfaceName) throws IOException {
    NetworkInterface found = NetworkInterface.getByName(interfaceName);
    if (found == null) {
      List<String> names =
          NetworkInterface.networkInterfaces().map(NetworkInterface::getName).toList();
      throw new IllegalArgumentException(
          "there is no network interface " + PrintableText.of(interfaceName) + ", only " + names);
    }
    List<InetAddress> addresses = found.inetAddresses().toList();
    return addresses.stream()
        .filter(Inet4Address.class::isInstance)
        .findFirst()
        .or(() -> addresses.stream().findFirst())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "network interface " + interfaceName + " has no address"));
  }

  /**
   * The address that the host name resolves to, if this host can listen on it; otherwise loopback.
   * PyTorch chooses in the same way.
   */
  public static InetAddress standard() throws IOException {
    try {
      InetAddress host = InetAddress.getLocalHost();
      try (ServerSocket trial = new ServerSocket()) {
        trial.bind(new InetSocketAddress(host, 0));
        return host;
      }
    } catch (UnknownHostException | java.net.BindException e) {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }
  }
}
