package io.muster.store.internal.wire;

import java.io.IOException;

/**
 * A peer sent bytes that the protocol does not allow, or that exceed a limit. The connection is
 * unusable afterwards.
 */
public class WireException extends IOException {
  private static final long serialVersionUID = 1L;

  public WireException(String message) {
    super(message);
  }
}
