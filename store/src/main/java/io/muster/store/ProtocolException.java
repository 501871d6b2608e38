package io.muster.store;

import org.jspecify.annotations.Nullable;

/** A peer sent, or a file contains, bytes that the protocol or the file format does not allow. */
public final class ProtocolException extends MusterException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception whose message says what was seen and where. */
  public ProtocolException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
