package io.muster.rpc;

import org.jspecify.annotations.Nullable;

/**
 * The thread was interrupted that made a blocking call. Its interrupt flag is set again, and the
 * call is cancelled on the other worker too.
 */
public final class RpcInterruptedException extends RpcException {
  private static final long serialVersionUID = 1L;

  RpcInterruptedException(
      String message, String worker, String function, @Nullable Throwable cause) {
    super(message, worker, function, cause);
  }
}
