package io.muster.store.internal.client;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The thread of a call was interrupted, which ended the call. The thread's interrupt flag is set
 * when this is thrown.
 */
public final class CallInterruptedException extends IOException {
  private static final long serialVersionUID = 1L;

  CallInterruptedException(@Nullable Throwable cause) {
    super("the thread was interrupted", cause);
  }
}
