package io.muster.rpc.internal.engine;

import org.jspecify.annotations.Nullable;

/**
 * The call that a thread is handling. Calls that the thread makes meanwhile are nested: they have
 * to end by the same deadline.
 *
 * @param depth 1 for a call that a thread is handling
 * @param deadlineNanos the deadline, on the clock of {@link System#nanoTime}
 */
record CurrentCall(int depth, long deadlineNanos) {
  private static final ThreadLocal<@Nullable CurrentCall> OF_THREAD = new ThreadLocal<>();

  /** The depth of the call that this thread is handling; 0 if it is handling none. */
  static int depthOfThread() {
    CurrentCall current = OF_THREAD.get();
    return current == null ? 0 : current.depth;
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
