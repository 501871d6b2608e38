package io.muster.admin.internal;

import java.net.Inet6Address;
import java.net.InetSocketAddress;

/** Socket addresses as text that URLs and the command line take. */
public final class Addresses {
  private Addresses() {}

  /** Returns {@code 127.0.0.1:29500}, or {@code [::1]:29500} with the longest zeros left out. */
  public static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (address.getAddress() instanceof Inet6Address
            ? "[" + host.replaceFirst("(^|:)0(:0)+(:|$)", "::") + "]"
            : host)
        + ":"
        + address.getPort();
  }
}
