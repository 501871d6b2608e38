package io.muster.store;

import org.jspecify.annotations.Nullable;

/**
 * A connection could not be made or was lost, or a port could not be listened on; PyTorch's {@code
 * DistNetworkError}.
 *
 * <p>A store whose connection was closed by the server, or failed, stays unusable: it never
 * reconnects, since the server it would find might hold other keys. A call that took longer than
 * the store's timeout fails with this exception too, and says so; the next call connects again.
 */
public final class NetworkException extends MusterException {
  private static final long serialVersionUID = 1L;

  private final String endpoint;

  /** An exception about {@code endpoint}, as {@code host:port}. */
  public NetworkException(String message, String endpoint, @Nullable Throwable cause) {
    super(message, cause);
    this.endpoint = endpoint;
  }

  /** The address concerned, as {@code host:port}. */
  public String endpoint() {
    return endpoint;
  }
}
