package io.muster.rpc;

import org.jspecify.annotations.Nullable;

/**
 * A worker cannot be reached: it died, left, or never listened where it said. Whether it has done
 * what was asked is not known.
 */
public final class WorkerLostException extends RpcException {
  private static final long serialVersionUID = 1L;

  WorkerLostException(String message, String worker, String function, @Nullable Throwable cause) {
    super(message, worker, function, cause);
  }
}
