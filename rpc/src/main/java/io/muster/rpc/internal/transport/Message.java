package io.muster.rpc.internal.transport;

import io.muster.rpc.internal.wire.Body;
import io.muster.rpc.internal.wire.Frame;

/** A message as gRPC handles it: a frame to be sent, or received bytes. */
record Message(Frame frame) {
  static Message received(byte[] bytes) {
    return new Message(new Frame(Body.EMPTY, Body.of(bytes)));
  }

  /** The bytes of a received message. */
  byte[] bytes() {
    return frame.body().array();
  }
}
