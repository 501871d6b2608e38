package io.muster.store.internal.client;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The thread that looks after what takes too long, for all stores of the JVM. It must never block,
 * and ends when there is nothing to look after.
 */
final class WatchThread {
  static final ScheduledThreadPoolExecutor EXECUTOR =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread thread = new Thread(task, "muster-store-watch");
            thread.setDaemon(true);
            return thread;
          });

  static {
    EXECUTOR.setRemoveOnCancelPolicy(true);
    EXECUTOR.setKeepAliveTime(1, TimeUnit.SECONDS);
    EXECUTOR.allowCoreThreadTimeOut(true);
  }

  private WatchThread() {}
}
