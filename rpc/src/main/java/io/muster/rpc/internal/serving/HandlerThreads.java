package io.muster.rpc.internal.serving;

import io.muster.store.internal.concurrent.VirtualThreads;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Makes the threads that calls run on: virtual threads if the JDK has them (21 and later). */
public final class HandlerThreads {
  private static final long IDLE_SECONDS = 30;

  private HandlerThreads() {}

  /**
   * Makes an executor that starts a thread for each task. {@link Admission} limits their number.
   *
   * @param name the name of the worker
   */
  public static ExecutorService of(String name) {
    return VirtualThreads.newThreadPerTaskExecutor().orElseGet(() -> platformThreads(name));
  }

  private static ExecutorService platformThreads(String name) {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> {
          Thread thread = new Thread(task, "muster-rpc-" + name);
          thread.setDaemon(true);
          return thread;
        });
  }
}
