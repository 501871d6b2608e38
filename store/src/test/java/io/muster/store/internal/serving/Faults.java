package io.muster.store.internal.serving;

import org.jspecify.annotations.Nullable;

/** Throws at a step of the event loop that the test chooses, each time until told otherwise. */
final class Faults {
  /** A call of the event loop on its poller or on one of its sockets. */
  enum Step {
    POLL,
    ACCEPT,
    WATCH,
    SET_ACCEPTING,
    READ,
    WRITE,
    SET_INTEREST,
    /** For the log. */
    ADDRESS,
    CLOSE
  }

  private volatile @Nullable Step step;
  private volatile @Nullable Throwable failure;

  void at(Step step, Throwable failure) {
    this.failure = failure;
    this.step = step;
  }

  void none() {
    step = null;
  }

  /** The loop has come to a step. */
  void pass(Step here) {
    Throwable thrown = failure;
    if (here == step && thrown != null) {
      throwUnchecked(thrown);
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> void throwUnchecked(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
