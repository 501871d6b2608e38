package io.muster.store.internal.client;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The timer thread that enforces deadlines, one for all stores of the JVM. Its tasks must not
 * block. The thread ends when it has no tasks.
 */
final class DeadlineScheduler {
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

  private DeadlineScheduler() {}
}
