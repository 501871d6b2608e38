package io.muster.store.internal.serving;

/** Closes what is gone either way. */
final class Closing {
  private Closing() {}

  /** Closes, whatever happens. */
  static void quietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Throwable e) {
      // There is nobody to tell, and nothing to do about it.
      return;
    }
  }

  /** Closes; only an error, such as too little memory, is thrown. */
  static void orError(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      // It is gone either way.
      return;
    }
  }
}
