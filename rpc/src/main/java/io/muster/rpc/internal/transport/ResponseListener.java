package io.muster.rpc.internal.transport;

/** Receives the response to one request. Exactly one of the methods is called, once. */
public interface ResponseListener {
  /** The response has arrived. */
  void answered(byte[] message);

  /** No response will arrive. */
  void failed(CallFailure failure);
}
