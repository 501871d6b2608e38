package io.muster.store.internal.concurrent;

import java.io.Closeable;
import java.io.IOException;

/** Closes resources whose failure to close changes nothing for the caller. */
public final class Closeables {
  private Closeables() {}

  /** Closes a resource that is not used afterwards, and ignores an {@link IOException}. */
  public static void closeQuietly(Closeable resource) {
    try {
      resource.close();
    } catch (IOException e) {
      // The resource is unusable either way.
    }
  }
}
