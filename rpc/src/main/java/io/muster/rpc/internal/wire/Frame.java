package io.muster.rpc.internal.wire;

/** A message: a head, and a body that the codec has encoded. The body is not copied. */
public record Frame(Body head, Body body) {
  /** Makes a message without a body. */
  public static Frame of(byte[] head) {
    return new Frame(Body.of(head), Body.EMPTY);
  }

  /** The size of the message in bytes. */
  public int size() {
    return head.length() + body.length();
  }
}
