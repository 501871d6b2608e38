package io.muster.admin;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How an {@link AdminServer} listens and what it serves. Defaults:
 *
 * <ul>
 *   <li>address: a free port of 127.0.0.1
 *   <li>TLS: none
 *   <li>token: 32 random bytes in URL-safe Base64
 *   <li>ready: always
 *   <li>resources: none beside {@code /}, {@code /healthz} and {@code /readyz}
 * </ul>
 */
public final class AdminOptions {
  private static final int TOKEN_BYTES = 32;
  private static final int MIN_TOKEN_LENGTH = 16;

  private final InetSocketAddress address;
  private final Optional<AdminTls> tls;
  private final String token;
  private final Supplier<Optional<String>> notReady;
  private final List<Resource> resources;

  private AdminOptions(Builder builder) {
    this.address = builder.address;
    this.tls = builder.tls;
    this.token = builder.token;
    this.notReady = builder.notReady;
    this.resources = List.copyOf(builder.resources);
  }

  /** Returns a builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** The address to listen on; port 0 is any free port. */
  public InetSocketAddress address() {
    return address;
  }

  /** The TLS configuration; empty for connections in plain text. */
  public Optional<AdminTls> tls() {
    return tls;
  }

  /** The bearer token that writes and other hosts must send. */
  public String token() {
    return token;
  }

  /** Returns why the process is not ready for clients; empty if it is. */
  public Supplier<Optional<String>> notReady() {
    return notReady;
  }

  /** The resources that the endpoint serves. */
  public List<Resource> resources() {
    return resources;
  }

  private static String randomToken() {
    byte[] bytes = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Builds {@link AdminOptions}. Not thread-safe. */
  public static final class Builder {
    private InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private Optional<AdminTls> tls = Optional.empty();
    private String token = randomToken();
    private Supplier<Optional<String>> notReady = Optional::empty;
    private final List<Resource> resources = new ArrayList<>();

    private Builder() {}

    /**
     * Sets the address to listen on.
     *
     * @throws IllegalArgumentException if the host name is not resolved
     */
    public Builder address(InetSocketAddress address) {
      if (address.isUnresolved()) {
        throw new IllegalArgumentException("no address found for " + address.getHostString());
      }
      this.address = address;
      return this;
    }

    /**
     * Secures all connections with TLS; default plain text. In plain text, everyone on the network
     * between a client and the server can read and use the token.
     */
    public Builder tls(AdminTls tls) {
      this.tls = Optional.of(tls);
      return this;
    }

    /**
     * Sets the bearer token.
     *
     * @throws IllegalArgumentException if the token is shorter than 16 characters, or has a
     *     character other than visible ASCII
     */
    public Builder token(String token) {
      if (token.length() < MIN_TOKEN_LENGTH) {
        throw new IllegalArgumentException(
            "the token has "
                + token.length()
                + " characters, expected at least "
                + MIN_TOKEN_LENGTH);
      }
      if (!token.chars().allMatch(c -> c > ' ' && c <= '~')) {
        throw new IllegalArgumentException(
            "the token has a character that is not visible ASCII, such as a space");
      }
      this.token = token;
      return this;
    }

    /**
     * Sets the state that {@code /readyz} reports.
     *
     * @param notReady returns the reason why the process is not ready, or empty; it must not block
     */
    public Builder notReady(Supplier<Optional<String>> notReady) {
      this.notReady = notReady;
      return this;
    }

    /** Adds a resource. */
    public Builder resource(Resource resource) {
      resources.add(Objects.requireNonNull(resource));
      return this;
    }

    /** Adds resources. */
    public Builder resources(List<Resource> resources) {
      resources.forEach(this::resource);
      return this;
    }

    /** Returns the options. */
    public AdminOptions build() {
      return new AdminOptions(this);
    }
  }
}
