package io.muster.rpc.internal.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What has to be closed with an agent, in reverse order. All actions run, even if some of them
 * throw. Thread-safe.
 */
final class CloseStack implements AutoCloseable {
  private final Deque<Runnable> actions = new ArrayDeque<>();
  private boolean isClosed;

  /** Adds an action that runs before those added earlier. */
  synchronized void push(Runnable action) {
    actions.push(action);
  }

  /** Whether {@link #close} has been called. */
  synchronized boolean isClosed() {
    return isClosed;
  }

  /**
   * Runs the actions. Later calls have no effect.
   *
   * @throws RuntimeException what the first failing action threw, with the others suppressed
   */
  @Override
  public void close() {
    synchronized (this) {
      isClosed = true;
    }
    Throwable first = null;
    for (Runnable action = next(); action != null; action = next()) {
      try {
        action.run();
      } catch (Throwable e) {
        if (first == null) {
          first = e;
        } else if (first != e) {
          first.addSuppressed(e);
        }
      }
    }
    if (first instanceof Error error) {
      throw error;
    } else if (first instanceof RuntimeException exception) {
      throw exception;
    }
  }

  private synchronized @Nullable Runnable next() {
    return actions.poll();
  }
}
