package io.muster.store.internal.serving;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread for each task: virtual where the JDK has virtual threads, pooled daemon threads
 * elsewhere.
 */
final class Threads {
  private Threads() {}

  static ExecutorService perTask(String name) {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (NoSuchMethodException e) {
      AtomicInteger number = new AtomicInteger();
      return Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          });
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new LinkageError("newVirtualThreadPerTaskExecutor cannot be called", e);
    }
  }

  /** Waits until all tasks have ended, whatever happens to the calling thread meanwhile. */
  static void join(ExecutorService threads) {
    uninterrupted(
        () -> {
          boolean unusedEnded = threads.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        });
  }

  /** What waits for something, and may be begun again. */
  interface Awaiting {
    void run() throws InterruptedException;
  }

  /** Waits to the end, whatever happens to the calling thread meanwhile. */
  static void uninterrupted(Awaiting awaiting) {
    boolean interrupted = false;
    while (true) {
      try {
        awaiting.run();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets a condition such as too many open files pass. */
  static void pause() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
  }
}
