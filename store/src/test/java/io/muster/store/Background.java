package io.muster.store;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A thread beside the test's own. Whatever it throws fails the test when its result is asked for.
 */
public final class Background<T> {
  /** How long a test waits for what should happen soon. */
  public static final Duration PATIENCE = Duration.ofSeconds(20);

  private final FutureTask<T> task;
  private final Thread thread;

  private Background(Callable<T> body) {
    this.task = new FutureTask<>(body);
    this.thread = new Thread(task, "background");
    thread.setDaemon(true);
  }

  /** Starts a thread that computes something. */
  public static <T> Background<T> call(Callable<T> body) {
    Background<T> background = new Background<>(body);
    background.thread.start();
    return background;
  }

  /** Starts a thread that does something. */
  public static Background<Boolean> run(Runnable body) {
    return call(
        () -> {
          body.run();
          return true;
        });
  }

  /** Returns once the thread waits for something: parked, sleeping, or in a socket's read. */
  public Background<T> awaitBlocked() {
    long start = System.nanoTime();
    while (!isBlocked(thread)) {
      if (task.isDone()) {
        throw new AssertionError("the thread ended instead of waiting", outcome());
      }
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new AssertionError("the thread is not waiting but " + thread.getState());
      }
      Thread.onSpinWait();
    }
    return this;
  }

  /** Whether a thread waits for something: parked, sleeping, or in a socket's read. */
  public static boolean isBlocked(Thread thread) {
    return switch (thread.getState()) {
      case WAITING, TIMED_WAITING -> true;
      case RUNNABLE -> {
        StackTraceElement[] stack = thread.getStackTrace();
        yield stack.length > 0
            && stack[0].isNativeMethod()
            && stack[0].getClassName().startsWith("sun.nio.ch.");
      }
      default -> false;
    };
  }

  public void interrupt() {
    thread.interrupt();
  }

  public boolean isDone() {
    return task.isDone();
  }

  /** Waits for the thread to end well. */
  public T result() {
    try {
      return task.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("the background thread failed", e.getCause());
    } catch (TimeoutException e) {
      AssertionError error = new AssertionError("the background thread is still running");
      error.setStackTrace(thread.getStackTrace());
      throw error;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("the test was interrupted", e);
    }
  }

  /** Waits for the thread to end with an exception. */
  public Throwable failure() {
    Throwable outcome = outcome();
    if (outcome instanceof AssertionError notFailed) {
      throw notFailed;
    }
    return outcome;
  }

  private Throwable outcome() {
    try {
      return new AssertionError("no exception, but the result " + result());
    } catch (AssertionError e) {
      Throwable cause = e.getCause();
      return cause == null ? e : cause;
    }
  }
}
