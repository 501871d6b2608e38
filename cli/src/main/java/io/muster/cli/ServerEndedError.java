package io.muster.cli;

import java.nio.charset.StandardCharsets;

/**
 * The server has ended itself. It is made before the server starts and is an error, so that neither
 * throwing it nor what catches it on its way needs memory, of which there may be none.
 */
final class ServerEndedError extends Error {
  private static final long serialVersionUID = 1L;

  private static final byte[] LINE =
      ("muster serve: the server has ended itself, as all it did was failing for lack of memory or"
              + " another fault; see the messages above\n")
          .getBytes(StandardCharsets.UTF_8);

  ServerEndedError() {
    super(null, null, false, false);
  }

  /** What to tell the user. */
  static byte[] line() {
    return LINE;
  }
}
