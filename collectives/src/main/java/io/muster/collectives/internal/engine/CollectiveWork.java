package io.muster.collectives.internal.engine;

import io.muster.collectives.CollectiveInterruptedException;
import io.muster.collectives.Work;
import io.muster.store.Deadline;
import io.muster.store.Store;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The {@link Work} of a collective that runs on a thread of the group. */
final class CollectiveWork implements Work, Runnable {
  private final Collective collective;
  private final Duration timeout;

  /** Completed by {@link #run}. The caller's actions depend on {@link #stage} instead. */
  private final CompletableFuture<Void> outcome = new CompletableFuture<>();

  private @Nullable CompletableFuture<Void> stage;

  CollectiveWork(Collective collective, Duration timeout) {
    this.collective = collective;
    this.timeout = timeout;
  }

  @Override
  public void run() {
    try {
      collective.runNow(timeout);
      outcome.complete(null);
    } catch (Throwable e) {
      outcome.completeExceptionally(e);
    }
  }

  @Override
  public void await() {
    // The collective enforces its timeout itself, from when it starts to run.
    await(Store.FOREVER);
  }

  @Override
  public void await(Duration limit) {
    try {
      outcome.get(Deadline.after(limit).remainingNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | CancellationException e) {
      throw unchecked(e);
    } catch (TimeoutException e) {
      throw collective.backend().timedOut(collective, limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CollectiveInterruptedException(
          String.format(
              Locale.ROOT,
              "waiting for %s on %s was interrupted",
              collective,
              collective.backend()),
          collective.method());
    }
  }

  private static RuntimeException unchecked(Exception wrapper) {
    Throwable cause = wrapper.getCause() == null ? wrapper : wrapper.getCause();
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException runtime ? runtime : new IllegalStateException(cause);
  }

  @Override
  public boolean isDone() {
    return outcome.isDone();
  }

  @Override
  public synchronized CompletionStage<Void> stage() {
    CompletableFuture<Void> made = stage;
    if (made == null) {
      made = new CompletableFuture<>();
      stage = made;
      CompletableFuture<Void> completed = made;
      CompletableFuture<Void> unused =
          outcome.whenComplete(
              (nothing, failure) ->
                  collective
                      .backend()
                      .executeCallback(
                          () -> {
                            boolean first =
                                failure == null
                                    ? completed.complete(null)
                                    : completed.completeExceptionally(failure);
                            assert first;
                          }));
    }
    return made.minimalCompletionStage();
  }
}
