package io.muster.store.internal.client;

import io.muster.store.internal.text.PrintableText;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** No attempt to connect succeeded in time. */
public final class ConnectTimeoutException extends IOException {
  private static final long serialVersionUID = 1L;

  ConnectTimeoutException(
      String host, int port, long timeoutMillis, int attempts, @Nullable IOException last) {
    super(
        String.format(
            Locale.ROOT,
            "The client socket has timed out after %dms while trying to connect to (%s, %d)."
                + " Attempts: %d; the last one: %s",
            timeoutMillis,
            PrintableText.of(host),
            port,
            attempts,
            last),
        last);
  }
}
