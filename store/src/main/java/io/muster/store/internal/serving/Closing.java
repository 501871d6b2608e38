package io.muster.store.internal.serving;

/** Closes what is gone either way. */
final class Closing {
  private Closing() {}

  static void quietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      // There is nobody to tell, and nothing to do about it.
      return;
    }
  }
}
