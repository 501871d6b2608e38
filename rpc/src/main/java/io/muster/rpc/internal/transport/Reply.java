package io.muster.rpc.internal.transport;

import io.grpc.Status;
import io.muster.rpc.internal.wire.Frame;

/** Where an answer goes. Only the first has an effect; thread-safe. */
public interface Reply {
  /** Answers. */
  void send(Frame frame);

  /** Says why there is no answer. */
  void refuse(Status status);
}
