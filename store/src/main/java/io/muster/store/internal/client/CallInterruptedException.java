package io.muster.store.internal.client;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A call ended because its thread was interrupted. The interrupt flag of the thread is set when
 * this is thrown.
 */
public final class CallInterruptedException extends IOException {
  private static final long serialVersionUID = 1L;

  CallInterruptedException(@Nullable Throwable cause) {
    super("the thread was interrupted", cause);
  }
}
