package io.muster.store.internal.serving;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a server does about failures that nobody expects, such as an {@link OutOfMemoryError}. It
 * allocates nothing itself, and keeps some memory that it lets go of first, so that the client
 * concerned can be disconnected and the log written.
 *
 * <p>Thread-safe.
 */
final class LastResort {
  /** A server that has only failed for so long ends itself. */
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final int FEWEST_FAILURES = 100;

  /** Looking for room in a full heap takes the collector its time. */
  private static final long RESTORE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int RESERVE_BYTES = 1024 * 1024;

  private volatile byte @Nullable [] reserve = new byte[RESERVE_BYTES];
  private volatile int failures;
  private long firstFailure;
  private volatile long restoredLast = System.nanoTime();

  /** Makes room if memory is what there is too little of. */
  void relieve(Throwable failure) {
    if (failure instanceof VirtualMachineError) {
      reserve = null;
    }
  }

  /**
   * A whole turn has failed.
   *
   * @return whether nothing but failures came for so long that the server should end
   */
  synchronized boolean failed(Throwable failure) {
    relieve(failure);
    long now = System.nanoTime();
    if (failures == 0) {
      firstFailure = now;
    }
    int count = failures + 1;
    failures = count;
    return count >= FEWEST_FAILURES && now - firstFailure >= LONGEST_NANOS;
  }

  /** A whole turn has worked. */
  void worked() {
    if (failures != 0) {
      forgetFailures();
    }
    if (reserve == null) {
      restore();
    }
  }

  private synchronized void forgetFailures() {
    failures = 0;
  }

  private void restore() {
    long now = System.nanoTime();
    if (now - restoredLast < RESTORE_NANOS) {
      return;
    }
    restoredLast = now;
    try {
      reserve = new byte[RESERVE_BYTES];
    } catch (OutOfMemoryError e) {
      // A later turn may find room for it.
      return;
    }
  }
}
