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
    try {
      Endpoint endpoint = Endpoint.parseListening(text, Endpoint.of(DEFAULT).host());
      return endpoint.host().equals("*")
          ? new InetSocketAddress(endpoint.port())
          : new InetSocketAddress(InetAddress.getByName(endpoint.host()), endpoint.port());
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    } catch (UnknownHostException e) {
      throw new TypeConversionException(
          "'" + text + "' is not an address to listen on: it names no address of a host");
    }
  }
}
