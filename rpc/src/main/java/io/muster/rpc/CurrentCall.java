package io.muster.rpc;

import org.jspecify.annotations.Nullable;

/**
 * The call that a thread is handling, if it is. Calls that are made meanwhile are nested in it, and
 * last no longer than it may.
 */
record CurrentCall(int depth, long deadlineNanos) {
  private static final ThreadLocal<@Nullable CurrentCall> OF_THREAD = new ThreadLocal<>();

  /** How many calls this thread is inside of. */
  static int depthOfThread() {
    CurrentCall current = OF_THREAD.get();
    return current == null ? 0 : current.depth;
  }

  /** The time that a call made now may take, at most what is asked for. */
  static long capped(long nanos) {
    CurrentCall current = OF_THREAD.get();
    return current == null ? nanos : Math.min(nanos, current.deadlineNanos - System.nanoTime());
  }

  /** Begins to handle a call on this thread. */
  static void begin(CurrentCall call) {
    OF_THREAD.set(call);
  }

  /** Ends that. */
  static void end() {
    OF_THREAD.remove();
  }
}
