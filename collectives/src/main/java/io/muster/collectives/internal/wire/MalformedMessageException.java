package io.muster.collectives.internal.wire;

import java.io.IOException;

/** A peer has sent or published bytes that the protocol does not allow. */
public final class MalformedMessageException extends IOException {
  private static final long serialVersionUID = 1L;

  /** An exception whose message says what was seen. */
  public MalformedMessageException(String message) {
    super(message);
  }
}
