package io.muster.rpc;

import org.jspecify.annotations.Nullable;

/**
 * A worker refused a call without running it, because it is overloaded or the message is too large
 * for it. An overloaded worker may accept the call later.
 */
public final class RpcRejectedException extends RpcException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param worker the name of the called worker
   * @param function the called function or method
   */
  public RpcRejectedException(
      String message, String worker, String function, @Nullable Throwable cause) {
    super(message, worker, function, cause);
  }
}
