package io.muster.collectives;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A call that makes a group and waits for other ranks to do so. Another thread can give it up, by
 * which the waiting thread is interrupted. Thread-safe.
 */
final class Meeting {
  private final String operation;
  private final Thread thread = Thread.currentThread();
  private boolean givenUp;
  private boolean over;

  /** A call of this thread, which begins now. */
  Meeting(String operation) {
    this.operation = operation;
  }

  /** Ends the call. Its thread throws what {@link #failure} returns. */
  synchronized void giveUp() {
    if (!over && !givenUp) {
      givenUp = true;
      thread.interrupt();
    }
  }

  synchronized boolean isGivenUp() {
    return givenUp;
  }

  /** What to throw for a call that was given up. */
  CollectiveException failure(Throwable cause) {
    return new CollectiveException(
        operation + " was given up, since the groups were closed meanwhile",
        operation,
        List.of(),
        cause);
  }

  /** The call has ended. The thread does not stay interrupted because of {@link #giveUp}. */
  synchronized void end() {
    over = true;
    if (givenUp) {
      boolean unused = Thread.interrupted();
    }
    notifyAll();
  }

  /** Waits for the call to end, for so many nanoseconds at most; not on the thread of the call. */
  synchronized void awaitEnd(long nanos) {
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
