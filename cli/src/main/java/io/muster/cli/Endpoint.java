package io.muster.cli;

import io.muster.admin.internal.Addresses;
import java.net.InetSocketAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A host and a port in the form {@code HOST:PORT}. An IPv6 address has brackets. The prefix {@code
 * tcp://} is accepted, as in PyTorch's {@code init_method}.
 */
record Endpoint(String host, int port) {
  private static final String SCHEME = "tcp://";

  /** The endpoint of a socket address, with an IPv6 address in short form, such as {@code ::1}. */
  static Endpoint of(InetSocketAddress address) {
    return new Endpoint(Addresses.host(address.getAddress()), address.getPort());
  }

  /**
   * Parses an endpoint.
   *
   * @throws IllegalArgumentException if {@code text} is not an endpoint; the message says why
   */
  static Endpoint parse(String text) {
    return parse(text, 1);
  }

  /**
   * Parses the endpoint of a store that is to be hosted: {@code HOST[:PORT]}, where port 0 means
   * any free port.
   *
   * @throws IllegalArgumentException if {@code text} is not an endpoint; the message says why
   */
  static Endpoint parseHosted(String text, int defaultPort) {
    boolean hasPort = text.lastIndexOf(':') > text.lastIndexOf(']');
    return parse(hasPort ? text : text + ":" + defaultPort, 0);
  }

  /**
   * Parses the endpoint of a server that is to listen: {@code [HOST:]PORT}, where port 0 means any
   * free port.
   *
   * @throws IllegalArgumentException if {@code text} is not an endpoint; the message says why
   */
  static Endpoint parseListening(String text, String defaultHost) {
    return text.contains(":") ? parse(text, 0) : new Endpoint(defaultHost, port(text, text, 0));
  }

  private static Endpoint parse(String text, int lowestPort) {
    String endpoint = withoutScheme(text);
    int colon = endpoint.lastIndexOf(':');
    if (colon < 1) {
      throw notAnEndpoint(text, "expected HOST:PORT");
    }
    String host = endpoint.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":")) {
      throw notAnEndpoint(text, "an IPv6 address needs brackets, as in [::1]:29500");
    }
    if (host.isEmpty()) {
      throw notAnEndpoint(text, "expected HOST:PORT");
    }
    return new Endpoint(host, port(text, endpoint.substring(colon + 1), lowestPort));
  }

  private static String withoutScheme(String text) {
    if (!text.startsWith(SCHEME)) {
      if (text.contains("/")) {
        throw notAnEndpoint(text, "expected HOST:PORT or tcp://HOST:PORT");
      }
      return text;
    }
    int end = text.endsWith("/") ? text.length() - 1 : text.length();
    String endpoint = text.substring(SCHEME.length(), Math.max(end, SCHEME.length()));
    if (endpoint.contains("/") || endpoint.contains("?")) {
      throw notAnEndpoint(text, "nothing may follow HOST:PORT");
    }
    return endpoint;
  }

  private static int port(String text, String digits, int lowest) {
    if (!digits.matches("[0-9]{1,5}")) {
      throw notAnEndpoint(text, "its port is not a number");
    }
    int port = Integer.parseInt(digits);
    if (port < lowest || port > 65535) {
      throw notAnEndpoint(text, "its port is not " + lowest + " to 65535");
    }
    return port;
  }

  private static IllegalArgumentException notAnEndpoint(String text, String why) {
    return new IllegalArgumentException("'" + text + "' is not an endpoint: " + why);
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  /** {@link #parse} for options. */
  static final class Converter implements ITypeConverter<Endpoint> {
    @Override
    public Endpoint convert(String text) {
      try {
        return parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
