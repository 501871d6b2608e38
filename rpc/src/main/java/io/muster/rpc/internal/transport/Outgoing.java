package io.muster.rpc.internal.transport;

import io.grpc.Status;

/** Who waits for the answer to one message. Exactly one of the methods is called, once. */
public interface Outgoing {
  /** The answer came. */
  void answered(byte[] message);

  /** None will come. */
  void failed(Status status);
}
