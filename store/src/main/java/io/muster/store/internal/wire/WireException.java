package io.muster.store.internal.wire;

import java.io.IOException;

/**
 * A peer sent what the protocol, or a limit, does not allow. The connection cannot be used any
 * further.
 */
public class WireException extends IOException {
  private static final long serialVersionUID = 1L;

  public WireException(String message) {
    super(message);
  }
}
