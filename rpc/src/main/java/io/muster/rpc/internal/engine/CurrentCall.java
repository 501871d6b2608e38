package io.muster.rpc.internal.engine;

import org.jspecify.annotations.Nullable;

/**
 * The call that a thread is handling. Calls that the thread makes meanwhile are nested: they have
 * to end by the same deadline.
 *
 * @param deadlineNanos the deadline, on the clock of {@link System#nanoTime}
 */
record CurrentCall(long deadlineNanos) {
  private static final ThreadLocal<@Nullable CurrentCall> OF_THREAD = new ThreadLocal<>();

  /** Whether this thread is handling a call. */
  static boolean exists() {
    return OF_THREAD.get() != null;
  }

  /** Limits the timeout of a call that this thread makes to the remaining time, in nanoseconds. */
  static long capped(long nanos) {
    CurrentCall current = OF_THREAD.get();
    return current == null ? nanos : Math.min(nanos, current.deadlineNanos - System.nanoTime());
  }

  /** This thread begins to handle a call. */
  static void begin(CurrentCall call) {
    OF_THREAD.set(call);
  }

  /** This thread no longer handles a call. */
  static void end() {
    OF_THREAD.remove();
  }
}
