package io.muster.store.internal.concurrent;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Waits that an interrupt does not end. */
public final class Uninterruptibles {
  private Uninterruptibles() {}

  /** A wait that may be started again after an interrupt. */
  @FunctionalInterface
  public interface Wait {
    /** Blocks until the awaited event has happened. */
    void await() throws InterruptedException;
  }

  /**
   * Waits until a future is done, and returns its result. If the calling thread is interrupted
   * meanwhile, it waits again, and its interrupt flag is set when this method returns or throws.
   *
   * @throws java.util.concurrent.CancellationException if the future is cancelled
   */
  public static <T> T get(Future<T> future) throws ExecutionException {
    return repeat(future::get);
  }

  /**
   * Waits until the awaited event has happened. If the calling thread is interrupted meanwhile, it
   * waits again, and its interrupt flag is set when this method returns or throws.
   */
  public static void await(Wait wait) {
    boolean unused =
        repeat(
            () -> {
              wait.await();
              return true;
            });
  }

  private interface Call<T, E extends Exception> {
    T run() throws InterruptedException, E;
  }

  /** Repeats a call until no interrupt ends it, and sets the interrupt flag if one has. */
  private static <T, E extends Exception> T repeat(Call<T, E> call) throws E {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return call.run();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
