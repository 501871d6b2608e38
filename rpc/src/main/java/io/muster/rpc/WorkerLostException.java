package io.muster.rpc;

import org.jspecify.annotations.Nullable;

/**
 * A worker cannot be reached: it has died, has left, or does not listen at the address that it
 * published. Whether the call ran is unknown.
 */
public final class WorkerLostException extends RpcException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param worker the name of the called worker
   * @param function the called function or method
   */
  public WorkerLostException(
      String message, String worker, String function, @Nullable Throwable cause) {
    super(message, worker, function, cause);
  }
}
