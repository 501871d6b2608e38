package io.muster.collectives.internal.wire;

import java.io.IOException;

/** A peer's bytes are none that the protocol allows. */
public final class MalformedMessageException extends IOException {
  private static final long serialVersionUID = 1L;

  /** An exception that says what was seen. */
  public MalformedMessageException(String message) {
    super(message);
  }
}
