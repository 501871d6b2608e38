package io.muster.launcher.internal.output;

import java.io.ByteArrayOutputStream;

/** Collects bytes. Gives access to its array, to save copies. */
final class ByteBuilder extends ByteArrayOutputStream {
  /** The array, of which {@link #size} bytes are used; valid until the next write. */
  byte[] array() {
    return buf;
  }
}
