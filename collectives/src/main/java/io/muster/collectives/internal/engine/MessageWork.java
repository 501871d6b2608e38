package io.muster.collectives.internal.engine;

import io.muster.collectives.Work;
import io.muster.store.Deadline;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The {@link Work} of a point-to-point message. */
final class MessageWork implements Work {
  private final GlooBackend backend;
  private final Operation operation;
  private final Operation.SlotMessage message;
  private final Runnable whenDone;
  private @Nullable CompletableFuture<Void> stage;
  private boolean finished;
  private boolean isSend;

  /**
   * The work of a posted message.
   *
   * @param operation the operation, which consists of the message alone
   * @param whenDone copies a received message to the caller's memory
   */
  MessageWork(
      GlooBackend backend, Operation operation, Operation.SlotMessage message, Runnable whenDone) {
    this.backend = backend;
    this.operation = operation;
    this.message = message;
    this.whenDone = whenDone;
  }

  @Override
  public void await() {
    await(operation.timeout());
  }

  @Override
  public void await(Duration timeout) {
    Duration checked = Deadline.requireNotNegative(timeout);
    try {
      operation.observe(message, checked);
    } finally {
      if (isSend && isOver()) {
        backend.sendEnded(this, true);
      }
    }
    finish();
  }

  /**
   * Marks this work as an asynchronous send. Closing the group waits for it, and logs a warning if
   * it fails and the caller does not learn of that.
   */
  MessageWork asSend() {
    isSend = true;
    backend.sending(this);
    message.posted().whenOver(() -> backend.sendEnded(this, message.posted().isDone()));
    return this;
  }

  /** Whether the message is done or has failed. */
  boolean isOver() {
    return message.posted().isOver();
  }

  /** Blocks as the blocking methods do: an interrupt or the timeout makes the operation fail. */
  void awaitBlocking() {
    message.await();
    finish();
  }

  /**
   * Copies the message and releases the memory, once. If the copy fails, the next call tries again.
   */
  private synchronized void finish() {
    if (!finished) {
      whenDone.run();
      finished = true;
      operation.succeeded();
      operation.close();
    }
  }

  @Override
  public boolean isDone() {
    if (message.posted().isDone()) {
      try {
        finish();
      } catch (RuntimeException | Error e) {
        // Thrown by await, which tries again.
        return true;
      }
    }
    return message.posted().isOver();
  }

  @Override
  public synchronized CompletionStage<Void> stage() {
    CompletableFuture<Void> made = stage;
    if (made == null) {
      made = new CompletableFuture<>();
      stage = made;
      CompletableFuture<Void> completed = made;
      // The I/O thread ends the message, and must not block in actions of the caller.
      message.posted().whenOver(() -> backend.executeCallback(() -> complete(completed)));
    }
    return made.minimalCompletionStage();
  }

  private void complete(CompletableFuture<Void> completed) {
    try {
      await(operation.timeout());
      completed.complete(null);
    } catch (Throwable e) {
      completed.completeExceptionally(e);
    }
  }

  @Override
  public OptionalInt sourceRank() {
    int rank = message.posted().rank();
    return rank < 0 || !message.receives() ? OptionalInt.empty() : OptionalInt.of(rank);
  }

  @Override
  public String toString() {
    return operation.toString();
  }
}
