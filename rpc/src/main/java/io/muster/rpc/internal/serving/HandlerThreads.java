package io.muster.rpc.internal.serving;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
    try {
      MethodHandle make =
          MethodHandles.publicLookup()
              .findStatic(
                  Executors.class,
                  "newVirtualThreadPerTaskExecutor",
                  MethodType.methodType(ExecutorService.class));
      return (ExecutorService) make.invokeExact();
    } catch (NoSuchMethodException e) {
      return platform(name);
    } catch (Throwable e) {
      throw new IllegalStateException("virtual threads cannot be started", e);
    }
  }

  private static ExecutorService platform(String name) {
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
