package io.muster.store;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A thread that waits on a store: a virtual one where the JDK has them. */
final class WaitingThread {
  private final CompletableFuture<String> result = new CompletableFuture<>();
  private final Thread thread;

  WaitingThread(Runnable waiting) {
    thread =
        start(
            () -> {
              String end = "";
              try {
                waiting.run();
                end = "came";
              } catch (RuntimeException | AssertionError e) {
                end = e.getClass().getSimpleName();
              } finally {
                result.complete(Thread.currentThread().isInterrupted() ? end + ", flag" : end);
              }
            });
  }

  /** How the wait has ended: "came", or the name of the exception; and whether the flag is set. */
  String result() {
    return result.orTimeout(Background.PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  boolean isDone() {
    return result.isDone();
  }

  void interrupt() {
    thread.interrupt();
  }

  private static Thread start(Runnable body) {
    try {
      return (Thread)
          Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, body);
    } catch (NoSuchMethodException e) {
      Thread thread = new Thread(null, body, "waiter", 128 * 1024);
      thread.setDaemon(true);
      thread.start();
      return thread;
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no virtual thread can be started", e);
    }
  }
}
