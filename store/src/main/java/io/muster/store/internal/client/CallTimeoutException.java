package io.muster.store.internal.client;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A call's deadline passed. If it had begun to use a connection, that connection is closed. */
public final class CallTimeoutException extends IOException {
  private static final long serialVersionUID = 1L;

  CallTimeoutException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
