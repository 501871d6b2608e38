package io.muster.collectives;

/** What was thrown on another thread. */
final class Failures {
  private Failures() {}

  /** The cause, to be thrown on this thread. */
  static RuntimeException rethrown(Throwable wrapper) {
    Throwable cause = wrapper.getCause() == null ? wrapper : wrapper.getCause();
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException runtime ? runtime : new IllegalStateException(cause);
  }
}
