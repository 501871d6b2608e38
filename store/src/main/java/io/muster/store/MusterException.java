package io.muster.store;

import io.muster.store.internal.text.PrintableText;
import org.jspecify.annotations.Nullable;

/**
 * The base class of Muster's exceptions for failures outside the program. Misuse of the API throws
 * JDK exceptions.
 *
 * <p>The message is a single line that can be logged or shown on a terminal. It quotes keys, names
 * and texts of other processes, so control characters, characters that change the direction of
 * text, and other invisible characters are escaped.
 */
public abstract class MusterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception whose message says what failed, where, and what was seen. */
  protected MusterException(String message, @Nullable Throwable cause) {
    super(PrintableText.of(String.valueOf(message)), cause);
  }
}
