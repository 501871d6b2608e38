package io.muster.cli;

/** The {@code HOST[:PORT]} of torchrun's {@code --rdzv-endpoint}. An IPv6 address has brackets. */
record HostAndPort(String host, int port) {
  /**
   * Parses an endpoint.
   *
   * @throws IllegalArgumentException if it is not one
   */
  static HostAndPort parse(String option, String text, int defaultPort) {
    String bare = text.strip();
    boolean hasPort = bare.lastIndexOf(':') > bare.lastIndexOf(']');
    String whole = hasPort ? bare : bare + ":" + defaultPort;
    // A port of 0, for any free one, is no endpoint of a client.
    boolean isAny = whole.endsWith(":0");
    try {
      Endpoint endpoint = Endpoint.parse(isAny ? whole + "1" : whole);
      return new HostAndPort(endpoint.host(), isAny ? 0 : endpoint.port());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
    }
  }
}
