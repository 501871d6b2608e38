package io.muster.rpc.internal.wire;

/** A message does not follow the protocol. */
public final class MalformedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception whose message says what was received. */
  public MalformedException(String message) {
    super(message);
  }
}
