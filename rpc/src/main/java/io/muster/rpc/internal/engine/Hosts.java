package io.muster.rpc.internal.engine;

import io.muster.rpc.RpcOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;

/** Finds the address that a worker listens on. */
final class Hosts {
  private Hosts() {}

  /**
   * The numeric address that a worker with these options listens on.
   *
   * @throws IllegalArgumentException if there is none
   */
  static String own(RpcOptions options) {
    try {
      String interfaceName = options.environment().get("TP_SOCKET_IFNAME");
      if (options.host().isPresent()) {
        return InetAddress.getByName(options.host().get()).getHostAddress();
      } else if (interfaceName != null) {
        return ofInterface(interfaceName)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        String.format(
                            Locale.ROOT,
                            "TP_SOCKET_IFNAME: no interface '%s' with an address",
                            interfaceName)));
      }
      return InetAddress.getLocalHost().getHostAddress();
    } catch (IOException e) {
      throw new IllegalArgumentException("no address to listen on: " + e, e);
    }
  }

  private static Optional<String> ofInterface(String name) throws IOException {
    NetworkInterface found = NetworkInterface.getByName(name);
    return found == null
        ? Optional.empty()
        : Collections.list(found.getInetAddresses()).stream()
            .map(InetAddress::getHostAddress)
            .findFirst();
  }
}
