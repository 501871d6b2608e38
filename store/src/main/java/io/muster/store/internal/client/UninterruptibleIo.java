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
 * it is interrupted, but not for a platform thread. A platform thread therefore performs the I/O of
 * a virtual thread on a shared socket.
 */
final class UninterruptibleIo {
  /** The time between repeated calls of {@code interrupted}. */
  private static final long REPEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private UninterruptibleIo() {}

  interface Io<T> {
    T run() throws IOException;
  }

  /**
   * Runs {@code io} so that an interrupt of the calling thread does not close its socket.
   *
   * @param interrupted called, repeatedly, if the calling thread is interrupted while another
   *     thread runs {@code io}, which continues
   */
  static <T> T run(Io<T> io, Runnable interrupted) throws IOException {
    return VirtualThreads.isCurrentThreadVirtual() ? resultElsewhere(io, interrupted) : io.run();
  }

  /** Runs {@code task}, which may block, on another thread. */
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
          // If the other thread had not begun its call yet, the interrupt had no effect.
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

  /**
   * Platform threads, which are started on demand. An idle thread ends after a second, and then no
   * longer keeps the class loader that started it from being unloaded.
   */
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
