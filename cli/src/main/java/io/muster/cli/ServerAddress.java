package io.muster.cli;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What {@code --server} names: the store or the control endpoint at {@code HOST:PORT}, or the
 * control endpoint with the URL {@code http://HOST:PORT} or {@code https://HOST:PORT}.
 *
 * @param scheme the scheme of the URL
 */
record ServerAddress(Optional<String> scheme, Endpoint endpoint) {
  private static final Pattern URL = Pattern.compile("(https?)://([^/]*)/?");

  /**
   * Parses an address.
   *
   * @throws IllegalArgumentException if {@code text} is not an address; the message says why
   */
  static ServerAddress parse(String text) {
    Matcher url = URL.matcher(text);
    return url.matches()
        ? new ServerAddress(Optional.of(url.group(1)), Endpoint.parse(url.group(2)))
        : new ServerAddress(Optional.empty(), Endpoint.parse(text));
  }

  /** The URL of the control endpoint at this address, with another scheme if it has none. */
  URI url(String otherwise) {
    return URI.create(scheme.orElse(otherwise) + "://" + endpoint);
  }

  /** {@link #parse} for options. */
  static final class Converter implements ITypeConverter<ServerAddress> {
    @Override
    public ServerAddress convert(String text) {
      try {
        return parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
