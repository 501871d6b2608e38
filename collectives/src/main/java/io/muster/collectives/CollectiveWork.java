package io.muster.collectives;

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

/** The {@link Work} of a collective, which a thread of the group carries out. */
final class CollectiveWork implements Work, Runnable {
  private final CollectiveCall call;
  private final Duration timeout;

  /** What waits completes on it; nothing of the program's depends on it. */
  private final CompletableFuture<Void> future = new CompletableFuture<>();

  private @Nullable CompletableFuture<Void> staged;

  CollectiveWork(CollectiveCall call, Duration timeout) {
    this.call = call;
    this.timeout = timeout;
  }

  @Override
  public void run() {
    try {
      call.runNow(timeout);
      future.complete(null);
    } catch (Throwable e) {
      future.completeExceptionally(e);
    }
  }

  @Override
  public void await() {
    // The run keeps to its timeout itself, but may have to wait for those before it.
    await(Store.FOREVER);
  }

  @Override
  public void await(Duration limit) {
    try {
      future.get(Deadline.after(limit).remainingNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | CancellationException e) {
      throw Failures.rethrown(e);
    } catch (TimeoutException e) {
      throw call.backend().timedOut(call, limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CollectiveInterruptedException(
          String.format(Locale.ROOT, "waiting for %s on %s was interrupted", call, call.backend()),
          call.operation());
    }
  }

  @Override
  public boolean isDone() {
    return future.isDone();
  }

  @Override
  public synchronized CompletionStage<Void> stage() {
    CompletableFuture<Void> made = staged;
    if (made == null) {
      made = new CompletableFuture<>();
      staged = made;
      CompletableFuture<Void> completed = made;
      CompletableFuture<Void> unused =
          future.whenComplete(
              (nothing, failure) ->
                  call.backend()
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
