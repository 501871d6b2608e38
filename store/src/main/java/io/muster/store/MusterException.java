package io.muster.store;

import io.muster.store.internal.text.PrintableText;
import org.jspecify.annotations.Nullable;

/**
 * The root of what Muster throws when something outside the program went wrong; misuse is a JDK
 * exception.
 *
 * <p>The message is one line that can be logged and shown on a terminal: control characters, marks
 * that change the direction of text, and other invisible characters are escaped, since messages
 * quote keys, names and texts of other processes.
 */
public abstract class MusterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An exception with a message that says what failed, where, and what was seen. */
  protected MusterException(String message, @Nullable Throwable cause) {
    super(PrintableText.of(String.valueOf(message)), cause);
  }
}
