package io.muster.rendezvous;

import io.muster.store.internal.text.PrintableText;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A parsed rendezvous URL and the options that came with it. Immutable and thread-safe.
 *
 * <p>The URL has the form {@code scheme://host:port/path?name=value&name=value}, of which only the
 * scheme is required. Percent-encoding is not decoded, as in PyTorch.
 */
public final class RendezvousRequest {
  private static final Pattern URL =
      Pattern.compile(
          "(?<scheme>[a-zA-Z][a-zA-Z0-9+.-]*)://(?<authority>[^/?#]*)(?<path>[^?#]*)"
              + "(\\?(?<query>[^#]*))?(#.*)?");

  private static final Pattern AUTHORITY =
      Pattern.compile("(.*@)?(\\[(?<ipv6>[^\\]]*)]|(?<host>[^:\\[\\]]*))(:(?<port>.*))?");

  private static final String RANK = "rank";
  private static final String WORLD_SIZE = "world_size";

  private final String url;
  private final String scheme;
  private final String authority;
  private final String path;
  private final Map<String, String> arguments;
  private final RendezvousOptions options;

  private RendezvousRequest(String url, Matcher parts, RendezvousOptions options) {
    this.url = url;
    this.scheme = parts.group("scheme").toLowerCase(Locale.ROOT);
    this.authority = parts.group("authority");
    this.path = parts.group("path");
    this.arguments = arguments(url, parts.group("query"));
    this.options = options;
    if (options.rank().isPresent() || options.worldSize().isPresent()) {
      if (arguments.containsKey(RANK) || arguments.containsKey(WORLD_SIZE)) {
        throw misuse("The url: " + url + " has node-specific arguments(rank, world_size) already.");
      }
      options.rank().ifPresent(rank -> arguments.put(RANK, String.valueOf(rank)));
      options.worldSize().ifPresent(size -> arguments.put(WORLD_SIZE, String.valueOf(size)));
    }
  }

  /**
   * Parses a URL.
   *
   * @throws IllegalArgumentException if it is not a URL, or if rank or world size are in both the
   *     URL and the options
   */
  static RendezvousRequest parse(String url, RendezvousOptions options) {
    Matcher parts = URL.matcher(url);
    if (!parts.matches()) {
      throw misuse("not of the form scheme://...: " + url);
    }
    return new RendezvousRequest(url, parts, options);
  }

  private static Map<String, String> arguments(String url, @Nullable String query) {
    Map<String, String> arguments = new LinkedHashMap<>();
    for (String argument : query == null ? new String[0] : query.split("&")) {
      int equals = argument.indexOf('=');
      if (equals >= 0) {
        arguments.put(argument.substring(0, equals), argument.substring(equals + 1));
      } else if (!argument.isEmpty()) {
        throw misuse("The url: " + url + " has an argument without a value: " + argument);
      }
    }
    return arguments;
  }

  /** The URL as it was passed. */
  public String url() {
    return url;
  }

  /** The scheme, in lower case. */
  public String scheme() {
    return scheme;
  }

  /**
   * The host name or address, without brackets; empty if the URL has none.
   *
   * @throws IllegalArgumentException if this part of the URL is malformed
   */
  public Optional<String> host() {
    Matcher parts = authority();
    String ipv6 = parts.group("ipv6");
    return Optional.ofNullable(ipv6 == null ? parts.group("host") : ipv6)
        .filter(host -> !host.isEmpty());
  }

  /**
   * The port; empty if the URL has none.
   *
   * @throws IllegalArgumentException if it is not a number
   */
  public OptionalInt port() {
    String port = authority().group("port");
    return port == null || port.isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of(number("port", port));
  }

  private Matcher authority() {
    Matcher parts = AUTHORITY.matcher(authority);
    if (!parts.matches()) {
      throw invalid("not of the form host:port, or [address]:port for IPv6: " + authority);
    }
    return parts;
  }

  /** The part between the authority and the arguments, with its leading slash; may be empty. */
  public String path() {
    return path;
  }

  /**
   * The value of an argument of the URL, the last one if it occurs several times; empty if it is
   * missing.
   */
  public Optional<String> argument(String name) {
    return Optional.ofNullable(arguments.get(name));
  }

  /** The value of an environment variable; empty if the variable is missing or empty. */
  public Optional<String> environmentVariable(String name) {
    return Optional.ofNullable(options.environment().get(name)).filter(value -> !value.isEmpty());
  }

  /** The host or address on which a host should listen; see {@link RendezvousOptions#bind}. */
  public Optional<String> bind() {
    return options.bind();
  }

  /** The environment variables. */
  public Map<String, String> environment() {
    return options.environment();
  }

  /**
   * The rank, from the URL or the options.
   *
   * @throws IllegalArgumentException if neither has it, or it is not a number
   */
  public int rank() {
    return number(RANK, argument(RANK).orElseThrow(() -> invalid("rank parameter missing")));
  }

  /**
   * The world size, from the URL or the options; negative if it is not fixed.
   *
   * @throws IllegalArgumentException if neither has it, or it is not a number
   */
  public int worldSize() {
    return number(
        WORLD_SIZE,
        argument(WORLD_SIZE).orElseThrow(() -> invalid("world size parameter missing")));
  }

  /** How long the rendezvous may take, and the first timeout of the store. */
  public Duration timeout() {
    return options.timeout();
  }

  /**
   * Parses a number.
   *
   * @param name what the number is, for the message
   * @throws IllegalArgumentException if {@code text} is not a number
   */
  int number(String name, String text) {
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      throw invalid(name + " is not a number: " + text);
    }
  }

  /** Returns an exception, for the caller to throw, that says what is wrong with this request. */
  public IllegalArgumentException invalid(String what) {
    return misuse(
        "Error initializing torch.distributed using "
            + scheme
            + ":// rendezvous: "
            + what
            + " ("
            + url
            + ")");
  }

  private static IllegalArgumentException misuse(String message) {
    return new IllegalArgumentException(PrintableText.of(message));
  }

  @Override
  public String toString() {
    return "RendezvousRequest(" + PrintableText.of(url) + ", " + options + ")";
  }
}
