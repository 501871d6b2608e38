package io.muster.rpc.internal.world;

import io.muster.store.internal.text.PrintableText;

/** Another worker has the name or the rank that this worker wants. */
public final class NameTakenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NameTakenException(String message) {
    super(PrintableText.of(message));
  }
}
