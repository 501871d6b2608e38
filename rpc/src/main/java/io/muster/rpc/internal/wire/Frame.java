package io.muster.rpc.internal.wire;

/**
 * A message: a head of ours and a body of the codec's. They are apart so that the body need not be
 * copied behind the head.
 */
public record Frame(Body head, Body body) {
  /** A message of ours that has no body. */
  public static Frame of(byte[] head) {
    return new Frame(Body.of(head), Body.EMPTY);
  }

  /** How many bytes the message has. */
  public int size() {
    return head.length() + body.length();
  }
}
