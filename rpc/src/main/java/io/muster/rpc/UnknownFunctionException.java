package io.muster.rpc;

import org.jspecify.annotations.Nullable;

/**
 * The called worker has no such function. It has not registered the function, or it has another
 * version of the interface.
 */
public final class UnknownFunctionException extends RpcException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param worker the name of the called worker
   * @param function the called function or method
   */
  public UnknownFunctionException(
      String message, String worker, String function, @Nullable Throwable cause) {
    super(message, worker, function, cause);
  }
}
