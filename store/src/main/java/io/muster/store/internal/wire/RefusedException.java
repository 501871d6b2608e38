package io.muster.store.internal.wire;

import io.muster.store.internal.text.PrintableText;
import java.io.IOException;

/**
 * The server refused a request, sent its reason, and closed the connection. The message is the
 * reason.
 */
public final class RefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  RefusedException(String reason) {
    super(PrintableText.of(reason));
  }
}
