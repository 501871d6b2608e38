package io.muster.store.internal.serving;

/**
 * Closes sockets of a server, even if memory is short. {@link
 * io.muster.store.internal.concurrent.Closeables}, which clients use, ignores only an {@link
 * java.io.IOException}. Here an {@link OutOfMemoryError} while one socket is closed must not leave
 * the sockets after it open. {@link LastResort} loads this class early, because loading it needs
 * memory too.
 */
final class Closing {
  private Closing() {}

  /** Closes a resource, and ignores whatever that throws. */
  static void quietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Throwable e) {
      // The resource is unusable either way.
      return;
    }
  }

  /** Closes a resource, and ignores exceptions but not errors, such as an OutOfMemoryError. */
  static void orError(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      // The resource is unusable either way.
      return;
    }
  }
}
