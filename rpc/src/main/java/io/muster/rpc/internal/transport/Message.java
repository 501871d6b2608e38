package io.muster.rpc.internal.transport;

import io.muster.rpc.internal.wire.Body;
import io.muster.rpc.internal.wire.Frame;

/** A message on its way: a frame to be sent, or the bytes that came. */
record Message(Frame frame) {
  static Message received(byte[] bytes) {
    return new Message(new Frame(Body.EMPTY, Body.of(bytes)));
  }

  /** The bytes of a message that came. */
  byte[] bytes() {
    return frame.body().array();
  }
}
