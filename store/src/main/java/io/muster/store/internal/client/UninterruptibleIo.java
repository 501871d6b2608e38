package io.muster.store.internal.client;

import io.muster.store.internal.concurrent.VirtualThreads;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * I/O that an interrupt does not end. The JDK closes a socket when a virtual thread that reads from
 * it is interrupted, but not when a platform thread is. I/O of a virtual thread on a shared socket
 * is therefore done by a platform thread.
 */
final class UninterruptibleIo {
  private static final long REPEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private UninterruptibleIo() {}

  interface Io<T> {
    T run() throws IOException;
  }

  /**
   * Runs {@code io} where an interrupt of the calling thread does not close its socket.
   *
   * @param interrupted is called if the thread is interrupted while another runs {@code io}, which
   *     goes on
   */
  static <T> T run(Io<T> io, Runnable interrupted) throws IOException {
    return VirtualThreads.isCurrentThreadVirtual() ? resultElsewhere(io, interrupted) : io.run();
  }

  /** Runs {@code task} on another thread, which may block. */
  static void runElsewhere(Runnable task) {
    PlatformThreads.POOL.execute(task);
  }

  private static <T> T resultElsewhere(Io<T> io, Runnable interrupted) throws IOException {
    Future<T> result = PlatformThreads.POOL.submit(io::run);
    boolean wasInterrupted = false;
    try {
      while (true) {
        try {
          return wasInterrupted ? result.get(REPEAT_NANOS, TimeUnit.NANOSECONDS) : result.get();
        } catch (InterruptedException e) {
          wasInterrupted = true;
          interrupted.run();
        } catch (TimeoutException e) {
          // The other thread may not have begun when it was interrupted.
          interrupted.run();
        } catch (ExecutionException e) {
          throw unwrapped(e);
        }
      }
    } finally {
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static IOException unwrapped(ExecutionException e) {
    if (e.getCause() instanceof IOException io) {
      return io;
    }
    if (e.getCause() instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    throw new AssertionError(e.getCause());
  }

  /** Initialized for the first virtual thread. Idle threads end, which releases their classes. */
  private static final class PlatformThreads {
    static final ExecutorService POOL =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            1,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, "muster-store-io");
              thread.setDaemon(true);
              return thread;
            });
  }
}
