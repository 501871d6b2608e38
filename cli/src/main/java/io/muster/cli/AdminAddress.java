package io.muster.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The address of the control endpoint in the form {@code [ADDR:]PORT}. Without ADDR it is loopback;
 * {@code *} means all interfaces; port 0 means any free port.
 */
final class AdminAddress implements ITypeConverter<InetSocketAddress> {
  static final InetSocketAddress DEFAULT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @Override
  public InetSocketAddress convert(String text) {
    int colon = text.lastIndexOf(':');
    int port = port(text, text.substring(colon + 1));
    if (colon < 0) {
      return new InetSocketAddress(DEFAULT.getAddress(), port);
    }
    String host = text.substring(0, colon);
    if (host.equals("*")) {
      return new InetSocketAddress(port);
    }
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (host.isEmpty() || (host.contains(":") && !bracketed)) {
      throw wrong(text, "expected [ADDR:]PORT, such as 8080, 0.0.0.0:8080 or [::1]:8080");
    }
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw wrong(text, "no address found for " + host);
    }
  }

  private static int port(String text, String digits) {
    int port = digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : -1;
    if (port < 0 || port > 65535) {
      throw wrong(text, "its port is not 0 to 65535");
    }
    return port;
  }

  private static TypeConversionException wrong(String text, String why) {
    return new TypeConversionException("'" + text + "' is not an address to listen on: " + why);
  }
}
