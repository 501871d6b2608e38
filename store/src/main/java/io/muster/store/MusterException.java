package io.muster.store;

import org.jspecify.annotations.Nullable;

/**
 * The root of what Muster throws when something outside the program went wrong; misuse is a JDK
 * exception.
 */
public abstract class MusterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An exception with a message that says what failed, where, and what was seen. */
  protected MusterException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
