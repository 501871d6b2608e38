package io.muster.rpc.internal.transport;

import io.grpc.Status;

/** Receives the response to one message. Exactly one of the methods is called, once. */
public interface ResponseListener {
  /** The response has arrived. */
  void answered(byte[] message);

  /** No response will arrive. */
  void failed(Status status);
}
