package io.muster.rpc.internal.wire;

/** A message that is none of this protocol. */
public final class MalformedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An exception that says what was seen. */
  public MalformedException(String message) {
    super(message);
  }
}
