package io.muster.admin.internal;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Addresses as text that URLs and the command line take. */
public final class Addresses {
  /** Two or more groups of zeros, with the colons before and after them. */
  private static final Pattern ZEROS = Pattern.compile("(?:^|:)(0(?::0)+)(?::|(?=%)|$)");

  private Addresses() {}

  /** Returns {@code 127.0.0.1:29500} or {@code [::1]:29500}. */
  public static String text(InetSocketAddress address) {
    String host = host(address.getAddress());
    return (address.getAddress() instanceof Inet6Address ? "[" + host + "]" : host)
        + ":"
        + address.getPort();
  }

  /** Returns an address without brackets, in the short form of RFC 5952 if it is of IPv6. */
  public static String host(InetAddress address) {
    String host = address.getHostAddress();
    MatchResult longest = null;
    for (MatchResult zeros : ZEROS.matcher(host).results().toList()) {
      if (longest == null || zeros.group(1).length() > longest.group(1).length()) {
        longest = zeros;
      }
    }
    return longest == null
        ? host
        : host.substring(0, longest.start()) + "::" + host.substring(longest.end());
  }
}
