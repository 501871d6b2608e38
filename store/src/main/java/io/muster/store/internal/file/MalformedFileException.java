package io.muster.store.internal.file;

import java.io.IOException;

/** The file is not a store's. */
public final class MalformedFileException extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedFileException(String message) {
    super(message);
  }
}
