package io.muster.rpc;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A worker did not answer in time. The call is cancelled there too; whether it has had an effect is
 * not known.
 */
public final class RpcTimeoutException extends RpcException {
  private static final long serialVersionUID = 1L;

  private final Duration timeout;

  RpcTimeoutException(
      String message, String worker, String function, Duration timeout, @Nullable Throwable cause) {
    super(message, worker, function, cause);
    this.timeout = timeout;
  }

  /** How long the call was allowed to last. */
  public Duration timeout() {
    return timeout;
  }
}
