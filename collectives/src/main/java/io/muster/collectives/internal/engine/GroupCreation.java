package io.muster.collectives.internal.engine;

import io.muster.collectives.CollectiveException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A call that makes a group, and blocks until other ranks have made it too. Another thread can
 * cancel the call, which interrupts the calling thread. Thread-safe.
 */
public final class GroupCreation {
  private final String method;
  private final Thread thread = Thread.currentThread();
  private boolean cancelled;
  private boolean over;

  /**
   * A call that the current thread begins now.
   *
   * @param method the name of the called method
   */
  public GroupCreation(String method) {
    this.method = method;
  }

  /** Cancels the call. The calling thread then throws the result of {@link #failure}. */
  public synchronized void cancel() {
    if (!over && !cancelled) {
      cancelled = true;
      thread.interrupt();
    }
  }

  /** Whether the call was cancelled before its end. */
  public synchronized boolean isCancelled() {
    return cancelled;
  }

  /** The exception that a cancelled call throws. */
  public CollectiveException failure(Throwable cause) {
    return new CollectiveException(
        method + " was cancelled: the groups were closed meanwhile", method, List.of(), cause);
  }

  /**
   * Notes the end of the call; on the calling thread. Clears the interrupt flag that {@link
   * #cancel} has set.
   */
  public synchronized void end() {
    over = true;
    if (cancelled) {
      boolean unused = Thread.interrupted();
    }
    notifyAll();
  }

  /**
   * Blocks until the call has ended, at most for the given time. Returns at once on the calling
   * thread, or when interrupted.
   */
  public synchronized void awaitEnd(long nanos) {
    long start = System.nanoTime();
    try {
      for (long left = nanos; !over && left > 0 && thread != Thread.currentThread(); ) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = nanos - (System.nanoTime() - start);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
