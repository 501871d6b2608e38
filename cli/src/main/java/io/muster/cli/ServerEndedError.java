package io.muster.cli;

import java.nio.charset.StandardCharsets;

/**
 * The server has stopped by itself. This is created before the server starts, and is an error, so
 * that throwing and handling it need no memory, of which there may be none.
 */
final class ServerEndedError extends Error {
  private static final long serialVersionUID = 1L;

  private static final byte[] LINE =
      ("muster serve: the server has stopped by itself, because every operation failed, for example"
              + " for lack of memory; see the messages above\n")
          .getBytes(StandardCharsets.UTF_8);

  ServerEndedError() {
    super(null, null, false, false);
  }

  /** The line for the user. */
  static byte[] line() {
    return LINE;
  }
}
