package io.muster.rpc;

import org.jspecify.annotations.Nullable;

/**
 * A worker has registered no such function. Either it runs another version of the interface, or
 * nobody registered an implementation there.
 */
public final class UnknownFunctionException extends RpcException {
  private static final long serialVersionUID = 1L;

  UnknownFunctionException(
      String message, String worker, String function, @Nullable Throwable cause) {
    super(message, worker, function, cause);
  }
}
