package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.NotANumberException;
import io.muster.store.internal.keyspace.StoreFullException;
import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.WireException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Handles unexpected failures of a server, such as an {@link OutOfMemoryError}. It allocates
 * nothing itself, and holds a memory reserve that it releases first, so that the client concerned
 * can be disconnected and the log written.
 *
 * <p>Thread-safe.
 */
final class LastResort {
  /** A server stops itself when every turn has failed for this time. */
  private static final long MAX_FAILING_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final int MIN_FAILURES = 100;

  /** Looking for room in a full heap takes the collector its time. */
  private static final long RESTORE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int RESERVE_BYTES = 1024 * 1024;

  /**
   * What failures are caught and handled by. A class loader needs memory to find a class that the
   * classes it has loaded have not used before, so it finds these while there is some.
   */
  private static final List<Class<?>> LOADED =
      List.of(
          CancellationException.class,
          ClosedChannelException.class,
          Error.class,
          Exception.class,
          IOException.class,
          InterruptedException.class,
          LockSupport.class,
          OutOfMemoryError.class,
          RejectedExecutionException.class,
          RuntimeException.class,
          Throwable.class,
          TimeUnit.class,
          VirtualMachineError.class,
          Closing.class,
          LimitException.class,
          NotANumberException.class,
          StoreFullException.class,
          Threads.class,
          WireException.class);

  private volatile byte @Nullable [] reserve = new byte[RESERVE_BYTES];
  private volatile int failures;
  private long firstFailure;
  private final LongSupplier nanoTime;
  private volatile long restoredLast;

  /**
   * Takes the reserve.
   *
   * @param nanoTime the time, as {@link System#nanoTime} counts it
   */
  LastResort(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.restoredLast = nanoTime.getAsLong();
    try {
      for (Class<?> needed : LOADED) {
        Class<?> unusedInitialized = Class.forName(needed.getName(), true, needed.getClassLoader());
      }
    } catch (ClassNotFoundException e) {
      throw new LinkageError("a class that is loaded cannot be found", e);
    }
  }

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
    long now = nanoTime.getAsLong();
    if (failures == 0) {
      firstFailure = now;
    }
    int count = failures + 1;
    failures = count;
    return count >= MIN_FAILURES && now - firstFailure >= MAX_FAILING_NANOS;
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
    long now = nanoTime.getAsLong();
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
