package io.muster.store;

import org.jspecify.annotations.Nullable;

/**
 * A connection could not be made or was lost, or a server could not listen; PyTorch's {@code
 * DistNetworkError}.
 *
 * <p>A store whose connection failed or was closed by the server stays unusable. It never
 * reconnects, because a server that listens there later may hold other keys. A call that exceeds
 * the store's timeout also throws this exception, and the message says so; the next call of that
 * store reconnects.
 */
public final class NetworkException extends MusterException {
  private static final long serialVersionUID = 1L;

  private final String endpoint;

  /** Creates an exception about {@code endpoint}, as {@code host:port}. */
  public NetworkException(String message, String endpoint, @Nullable Throwable cause) {
    super(message, cause);
    this.endpoint = endpoint;
  }

  /** The address of the peer, as {@code host:port}. */
  public String endpoint() {
    return endpoint;
  }
}
