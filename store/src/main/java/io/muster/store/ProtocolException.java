package io.muster.store;

import org.jspecify.annotations.Nullable;

/** The peer, or a file, holds bytes that the protocol or the format does not allow. */
public final class ProtocolException extends MusterException {
  private static final long serialVersionUID = 1L;

  /** An exception that says what was seen and where. */
  public ProtocolException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
