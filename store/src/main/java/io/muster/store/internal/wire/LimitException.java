package io.muster.store.internal.wire;

/**
 * A request is well formed, but the server refuses it because of a limit. The message is the
 * reason, for the log and for clients that support refusals.
 */
public final class LimitException extends WireException {
  private static final long serialVersionUID = 1L;

  public LimitException(String reason) {
    super(reason);
  }
}
