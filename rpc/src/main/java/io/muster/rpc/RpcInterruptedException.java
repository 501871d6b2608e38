package io.muster.rpc;

import org.jspecify.annotations.Nullable;

/**
 * The thread was interrupted in a blocking call. Its interrupt status is set again, and the call is
 * cancelled on the other worker, too.
 */
public final class RpcInterruptedException extends RpcException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param worker the name of the called worker
   * @param function the called function or method
   */
  public RpcInterruptedException(
      String message, String worker, String function, @Nullable Throwable cause) {
    super(message, worker, function, cause);
  }
}
