package io.muster.rpc;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * There was no response in time. The call is cancelled on the other worker, too. Whether it had an
 * effect is unknown.
 */
public final class RpcTimeoutException extends RpcException {
  private static final long serialVersionUID = 1L;

  private final Duration timeout;

  /**
   * Creates an exception.
   *
   * @param worker the name of the called worker
   * @param function the called function or method
   * @param timeout the timeout that was exceeded
   */
  public RpcTimeoutException(
      String message, String worker, String function, Duration timeout, @Nullable Throwable cause) {
    super(message, worker, function, cause);
    this.timeout = timeout;
  }

  /** The timeout that was exceeded. */
  public Duration timeout() {
    return timeout;
  }
}
