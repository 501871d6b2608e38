package io.muster.store.internal.serving;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Has tasks run by the thread of an event loop, between two iterations. Thread-safe. */
interface LoopTasks {
  /** A task that is not done when it returns, but when it has {@code done} run. */
  interface LongTask {
    /** Begins the task. */
    void begin(Runnable done) throws Exception;
  }

  /**
   * Runs a task, and blocks until it is done.
   *
   * @throws IllegalStateException if the server has ended
   */
  <T> T call(Callable<T> task) throws ExecutionException;

  /**
   * Begins a task, and blocks until it is done.
   *
   * @throws IllegalStateException if the server has ended, or ends meanwhile
   */
  void await(LongTask task) throws ExecutionException;

  /** A task without a result. */
  interface Task {
    /** Does the task. */
    void run() throws Exception;
  }

  /** Runs a task later. The result is cancelled if the server ends before. */
  CompletableFuture<Void> submit(Task task);

  /** Ends the server by itself, because it can do nothing any more. Returns at once. */
  void stop(Throwable reason);
}
