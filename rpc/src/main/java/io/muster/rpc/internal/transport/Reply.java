package io.muster.rpc.internal.transport;

import io.muster.rpc.internal.wire.Frame;

/** Sends the response to one request. Only the first call has an effect. Thread-safe. */
public interface Reply {
  /** Sends the response. */
  void send(Frame frame);

  /** Sends a failure instead of a response. */
  void fail(CallFailure failure);
}
