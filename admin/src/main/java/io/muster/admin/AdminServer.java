package io.muster.admin;

import io.muster.admin.internal.Addresses;
import io.muster.admin.internal.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;

/**
 * The control endpoint: an HTTP server for the {@link Resource}s of one process.
 *
 * <p>{@code /} lists the resources. {@code /healthz} is 200 as long as the process lives, and
 * {@code /readyz} is 200 or, with a reason, 503. These two need no token. Everything else needs
 * {@code Authorization: Bearer TOKEN} for a write, and for a read from another host. A request with
 * the {@code Origin} of another site is refused, and so is one without a token whose {@code Host}
 * is a name other than {@code localhost} (DNS rebinding).
 *
 * <p>With {@link AdminOptions#tls} it speaks HTTPS only.
 *
 * <p>Requests run on a few threads of this server. A connection is closed if a request has not
 * arrived completely after 10 seconds, or if there is no progress for 10 seconds. While 64
 * connections are open, further ones wait in the accept queue. All methods are thread-safe.
 */
public final class AdminServer implements AutoCloseable {
  private static final int BACKLOG = 64;

  private final InetSocketAddress address;
  private final AdminOptions options;
  private final HttpServer http;

  private AdminServer(InetSocketAddress address, AdminOptions options, HttpServer http) {
    this.address = address;
    this.options = options;
    this.http = http;
  }

  /**
   * Listens. Clients can connect when this returns. The HTTP server starts when the first one does,
   * on a thread of its own; this takes some tenths of a second, after which requests are answered.
   *
   * @throws IOException if it cannot listen on the address
   */
  public static AdminServer start(AdminOptions options) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      channel.bind(options.address(), BACKLOG);
      InetSocketAddress bound = (InetSocketAddress) channel.getLocalAddress();
      return new AdminServer(bound, options, HttpServer.start(channel, options));
    } catch (Throwable e) {
      try {
        channel.close();
      } catch (Throwable closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  /** The address on which the endpoint listens. */
  public InetSocketAddress address() {
    return address;
  }

  /** The URL of the endpoint for processes on this host, such as {@code http://127.0.0.1:8080}. */
  public String url() {
    return (options.tls().isPresent() ? "https://" : "http://")
        + Addresses.text(
            address.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), address.getPort())
                : address);
  }

  /** The bearer token. */
  public String token() {
    return options.token();
  }

  /** The SHA-256 fingerprint of the certificate, as {@link AdminTls#sha256}; empty without TLS. */
  public Optional<String> certificateSha256() {
    Optional<AdminTls> tls = options.tls();
    // Not a map of a method reference, which loads AdminTls without TLS, too.
    return tls.isPresent() ? Optional.of(tls.get().certificateSha256()) : Optional.empty();
  }

  /** Stops listening, and blocks until running requests have ended, at most for 5 seconds. */
  @Override
  public void close() {
    http.close();
  }
}
