package io.muster.collectives;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A message that is being sent or received. */
final class MessageWork implements Work {
  private final GlooBackend backend;
  private final OperationContext run;
  private final OperationContext.Pending message;
  private final Runnable whenDone;
  private @Nullable CompletableFuture<Void> future;
  private boolean finished;
  private boolean isSend;

  /**
   * A message that was posted.
   *
   * @param whenDone copies what was received to where it belongs
   */
  MessageWork(
      GlooBackend backend,
      OperationContext run,
      OperationContext.Pending message,
      Runnable whenDone) {
    this.backend = backend;
    this.run = run;
    this.message = message;
    this.whenDone = whenDone;
  }

  @Override
  public void await() {
    await(backend.timeout());
  }

  @Override
  public void await(Duration timeout) {
    try {
      run.observe(message, timeout);
    } finally {
      if (isSend && isOver()) {
        backend.sendEnded(this, true);
      }
    }
    finish();
  }

  /** Makes the group's closing wait for this send, and log it if its failure is unreported. */
  MessageWork asSend() {
    isSend = true;
    backend.sending(this);
    message.posted().whenOver(() -> backend.sendEnded(this, message.posted().isDone()));
    return this;
  }

  boolean isOver() {
    return message.posted().isOver();
  }

  /** Waits as a blocking call does, which an interrupt ends together with the message. */
  void awaitHere() {
    message.await();
    finish();
  }

  /** Once, since the memory is given back then; but again if the memory could not be copied. */
  private synchronized void finish() {
    if (!finished) {
      whenDone.run();
      finished = true;
      run.succeeded();
      run.close();
    }
  }

  @Override
  public boolean isDone() {
    if (message.posted().isDone()) {
      try {
        finish();
      } catch (RuntimeException | Error e) {
        // To be thrown by await.
        return true;
      }
    }
    return message.posted().isOver();
  }

  @Override
  public synchronized CompletionStage<Void> stage() {
    CompletableFuture<Void> made = future;
    if (made == null) {
      made = new CompletableFuture<>();
      future = made;
      CompletableFuture<Void> completed = made;
      // Not on the thread that serves the connections, which must not wait for anybody.
      message.posted().whenOver(() -> backend.executeCallback(() -> complete(completed)));
    }
    return made.minimalCompletionStage();
  }

  private void complete(CompletableFuture<Void> completed) {
    try {
      await(backend.timeout());
      completed.complete(null);
    } catch (Throwable e) {
      completed.completeExceptionally(e);
    }
  }

  @Override
  public String toString() {
    return run.toString();
  }

  @Override
  public OptionalInt sourceRank() {
    int rank = message.posted().rank();
    return rank < 0 ? OptionalInt.empty() : OptionalInt.of(rank);
  }
}
