package io.muster.rpc;

import io.muster.store.MusterException;
import org.jspecify.annotations.Nullable;

/** Something that was asked of another worker was not done. The agent stays usable. */
public class RpcException extends MusterException {
  private static final long serialVersionUID = 1L;

  private final String worker;
  private final String function;

  RpcException(String message, String worker, String function, @Nullable Throwable cause) {
    super(message, cause);
    this.worker = worker;
    this.function = function;
  }

  /** The name of the worker that was called. */
  public String worker() {
    return worker;
  }

  /** What was called: the name of a function, or a method of an interface. */
  public String function() {
    return function;
  }
}
