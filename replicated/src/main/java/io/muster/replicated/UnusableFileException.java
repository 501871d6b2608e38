package io.muster.replicated;

import java.io.IOException;

/** A file of the data directory cannot be used. The message says which, why, and what helps. */
final class UnusableFileException extends IOException {
  private static final long serialVersionUID = 1L;

  UnusableFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
