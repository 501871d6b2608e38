package io.muster.rpc.internal.transport;

/** A call under way. */
public interface Cancellable {
  /** Calls it off, here and on the other side; does nothing once it has ended. */
  void cancel(String reason);
}
