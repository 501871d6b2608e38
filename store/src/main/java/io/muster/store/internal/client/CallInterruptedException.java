package io.muster.store.internal.client;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The thread of a call was interrupted, which ended the call. Whoever throws this has left the
 * thread's interrupt flag set.
 */
public final class CallInterruptedException extends IOException {
  private static final long serialVersionUID = 1L;

  CallInterruptedException(@Nullable Throwable cause) {
    super("the thread was interrupted", cause);
  }
}
