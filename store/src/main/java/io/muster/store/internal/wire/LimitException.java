package io.muster.store.internal.wire;

/**
 * A request is well formed, but the server does not take on what it asks for. The message is the
 * reason, for the log and for clients that understand it.
 */
public final class LimitException extends WireException {
  private static final long serialVersionUID = 1L;

  public LimitException(String reason) {
    super(reason);
  }
}
