package io.muster.store.internal.serving;

import io.muster.store.internal.concurrent.Uninterruptibles;
import io.muster.store.internal.concurrent.VirtualThreads;
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
    return VirtualThreads.newThreadPerTaskExecutor().orElseGet(() -> pooled(name));
  }

  private static ExecutorService pooled(String name) {
    AtomicInteger number = new AtomicInteger();
    return Executors.newCachedThreadPool(
        task -> {
          Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  /** Waits until all tasks have ended, whatever happens to the calling thread meanwhile. */
  static void join(ExecutorService threads) {
    Uninterruptibles.await(
        () -> {
          boolean unusedEnded = threads.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        });
  }

  /** Lets a condition such as too many open files pass. */
  static void pause() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
  }
}
