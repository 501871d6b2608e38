package io.muster.rpc.internal.transport;

/** A request that has been sent. */
public interface Cancellable {
  /** Cancels the request on both sides. Has no effect once it has a response. */
  void cancel(String reason);
}
