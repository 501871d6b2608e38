package io.muster.collectives.internal.mesh;

import java.io.Closeable;
import java.io.IOException;

/** Closing what is of no use any more. */
final class Quietly {
  private Quietly() {}

  static void close(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      // It is of no use any more.
    }
  }
}
