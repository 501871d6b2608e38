package io.muster.rpc;

import io.muster.store.MusterException;
import org.jspecify.annotations.Nullable;

/** A call failed. The agent stays usable. Subclasses say how. */
public class RpcException extends MusterException {
  private static final long serialVersionUID = 1L;

  private final String worker;
  private final String function;

  /**
   * Creates an exception.
   *
   * @param worker the name of the called worker
   * @param function the called function or method
   */
  public RpcException(String message, String worker, String function, @Nullable Throwable cause) {
    super(message, cause);
    this.worker = worker;
    this.function = function;
  }

  /** The name of the called worker. */
  public String worker() {
    return worker;
  }

  /** The name of the called function, or interface and method separated by a dot. */
  public String function() {
    return function;
  }
}
