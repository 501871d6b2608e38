package io.muster.store.internal.client;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The deadline of a call passed. If the call used a connection, that connection is closed. */
public final class CallTimeoutException extends IOException {
  private static final long serialVersionUID = 1L;

  CallTimeoutException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
