package io.muster.rpc;

import org.jspecify.annotations.Nullable;

/**
 * A worker refused a call without running it, since it has as many as it takes or the message is
 * too large. The call may be made again later.
 */
public final class RpcRejectedException extends RpcException {
  private static final long serialVersionUID = 1L;

  RpcRejectedException(String message, String worker, String function, @Nullable Throwable cause) {
    super(message, worker, function, cause);
  }
}
