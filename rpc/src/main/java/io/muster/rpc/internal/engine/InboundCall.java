package io.muster.rpc.internal.engine;

import io.muster.rpc.internal.serving.Admission;
import io.muster.rpc.internal.transport.CallFailure;
import io.muster.rpc.internal.transport.CallFailure.Kind;
import io.muster.rpc.internal.transport.Reply;
import io.muster.rpc.internal.transport.RequestHandler;
import io.muster.rpc.internal.wire.Frame;
import io.muster.rpc.internal.wire.RemoteFailure;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A call of another worker, from its admission until it is answered. Whatever the function, its
 * exceptions, the codec or the JVM throw, the call is answered once and leaves the {@link
 * Admission} once.
 *
 * <pre>
 * QUEUED ----&gt; RUNNING ----&gt; REPLYING ----&gt; ANSWERED
 *   |             |          |   ^             ^
 *   |             |          v   |             |
 *   |             |     AWAITING_STAGE         |
 *   |             |          |                 |
 *   +-------------+----------+                 |
 *                 | abandon()                  |
 *                 v                            |
 *             ABANDONED -----------------------+
 * </pre>
 *
 * <p>A failure leads from every state to ANSWERED.
 */
final class InboundCall implements RequestHandler.Call, Admission.Task {
  private static final CallFailure CANCELLED = CallFailure.of(Kind.CANCELLED, "");
  private static final CallFailure WORKER_ENDED = CallFailure.of(Kind.UNREACHABLE, "it has ended");

  /** Made in advance, because there may be no memory when it is needed. */
  private static final CallFailure INDESCRIBABLE =
      CallFailure.of(Kind.INTERNAL, "the call failed, and so did describing why");

  private final Admission admission;
  private final FunctionInvoker invoker;
  private final ResponseEncoder encoder;
  private final BooleanSupplier hasWorkerEnded;
  private final Invocation invocation;
  private final boolean isNested;
  private final int messageBytes;
  private final Reply reply;

  private State state = State.QUEUED;

  /** Runs the function; null before and after that. */
  private @Nullable Thread handler;

  /** What the function returned, in {@link State#AWAITING_STAGE}. */
  private @Nullable CompletionStage<?> awaited;

  private enum State {
    /** Waits for a thread. */
    QUEUED,
    /** The function runs. If the caller gives up, its thread is interrupted. */
    RUNNING,
    /** The function has returned a stage that is not complete. No thread waits for it. */
    AWAITING_STAGE,
    /** The function has ended. The response is being encoded. */
    REPLYING,
    /** The caller has given up, so that no response is needed. The function may still run. */
    ABANDONED,
    /** The call has been answered and has left the admission. */
    ANSWERED
  }

  /**
   * A call that was admitted.
   *
   * @param hasWorkerEnded whether handlers are interrupted because this worker has ended
   * @param isNested whether the caller made it while it handled another call
   * @param messageBytes the size of its message, which the admission accounts for
   */
  InboundCall(
      Admission admission,
      FunctionInvoker invoker,
      ResponseEncoder encoder,
      BooleanSupplier hasWorkerEnded,
      Invocation invocation,
      boolean isNested,
      int messageBytes,
      Reply reply) {
    this.admission = admission;
    this.invoker = invoker;
    this.encoder = encoder;
    this.hasWorkerEnded = hasWorkerEnded;
    this.invocation = invocation;
    this.isNested = isNested;
    this.messageBytes = messageBytes;
    this.reply = reply;
  }

  @Override
  public void run() {
    try {
      if (beginHandler()) {
        Object result = invoke();
        if (result instanceof CompletionStage<?> stage) {
          answerWhenComplete(stage);
        } else {
          succeed(result);
        }
      }
    } catch (RefusedException e) {
      answerWithFailure(e.failure());
    } catch (Throwable e) {
      fail(e);
    }
  }

  private synchronized boolean beginHandler() {
    if (state != State.QUEUED) {
      return false;
    }
    state = State.RUNNING;
    handler = Thread.currentThread();
    return true;
  }

  private @Nullable Object invoke() throws Throwable {
    try {
      CurrentCall.begin(new CurrentCall(invocation.deadlineNanos()));
      return invoker.invoke(invocation);
    } finally {
      endHandler();
    }
  }

  private void endHandler() {
    CurrentCall.end();
    synchronized (this) {
      handler = null;
      if (state == State.RUNNING) {
        state = State.REPLYING;
      }
      // An interrupt was meant for this call and not for the next one of this thread.
      boolean unused = Thread.interrupted();
    }
  }

  /** Answers when the stage completes. Does not block. */
  private void answerWhenComplete(CompletionStage<?> stage) {
    boolean isAbandoned;
    synchronized (this) {
      isAbandoned = state == State.ABANDONED;
      if (!isAbandoned) {
        state = State.AWAITING_STAGE;
        awaited = stage;
      }
    }
    if (isAbandoned) {
      giveUp(stage);
      return;
    }
    CompletionStage<?> unused = stage.whenComplete(this::stageCompleted);
  }

  private void stageCompleted(@Nullable Object value, @Nullable Throwable failure) {
    synchronized (this) {
      awaited = null;
      if (state == State.AWAITING_STAGE) {
        state = State.REPLYING;
      }
    }
    if (failure == null) {
      succeed(value);
    } else if (failure instanceof CompletionException && failure.getCause() != null) {
      fail(failure.getCause());
    } else {
      fail(failure);
    }
  }

  /** Stops waiting for a stage, so that the call leaves the admission at once. */
  private void giveUp(CompletionStage<?> stage) {
    answerWithFailure(CANCELLED);
    try {
      if (stage instanceof Future<?> future) {
        boolean unused = future.cancel(true);
      }
    } catch (Throwable e) {
      // Some stages cannot be cancelled, such as CompletableFuture.minimalCompletionStage().
      assert e != null;
    }
  }

  /**
   * Answers with a result. It is encoded even if the caller has given up, because a result that
   * stays on this worker has to be kept before the caller's release of it has an effect.
   */
  private void succeed(@Nullable Object result) {
    Frame frame;
    try {
      frame = encoder.result(invocation, result);
    } catch (Throwable e) {
      answerWithFailure(unsendable(e));
      return;
    }
    answer(frame);
  }

  private static CallFailure unsendable(Throwable cause) {
    try {
      return CallFailure.of(
          Kind.INTERNAL,
          cause instanceof IllegalArgumentException || cause instanceof IllegalStateException
              ? "the result " + cause.getMessage()
              : "the result cannot be sent: " + RemoteFailure.describe(cause));
    } catch (Throwable e) {
      return INDESCRIBABLE;
    }
  }

  /** Answers with an exception. */
  private void fail(Throwable thrown) {
    if (hasWorkerEnded.getAsBoolean()) {
      answerWithFailure(WORKER_ENDED);
      return;
    }
    Frame frame;
    try {
      frame = encoder.thrown(thrown);
    } catch (Throwable e) {
      answerWithFailure(INDESCRIBABLE);
      return;
    }
    answer(frame);
  }

  @Override
  public void refused(Throwable cause) {
    if (hasWorkerEnded.getAsBoolean()) {
      answerWithFailure(WORKER_ENDED);
      return;
    }
    CallFailure failure;
    try {
      failure =
          CallFailure.of(
              Kind.REJECTED, "no thread can be started: " + RemoteFailure.describe(cause));
    } catch (Throwable e) {
      failure = INDESCRIBABLE;
    }
    answerWithFailure(failure);
  }

  private void answer(Frame frame) {
    if (enterAnswered()) {
      try {
        reply.send(frame);
      } finally {
        admission.leave(isNested, messageBytes);
      }
    }
  }

  /** Answers with a failure of the call, rather than an exception of the function. */
  private void answerWithFailure(CallFailure failure) {
    if (enterAnswered()) {
      try {
        reply.fail(failure);
      } finally {
        admission.leave(isNested, messageBytes);
      }
    }
  }

  private synchronized boolean enterAnswered() {
    if (state == State.ANSWERED) {
      return false;
    }
    state = State.ANSWERED;
    awaited = null;
    return true;
  }

  @Override
  public void abandon() {
    State before;
    CompletionStage<?> stage;
    synchronized (this) {
      before = state;
      stage = awaited;
      if (before == State.REPLYING || before == State.ANSWERED) {
        return;
      }
      state = State.ABANDONED;
      if (handler != null) {
        handler.interrupt();
      }
    }
    if (before == State.QUEUED) {
      boolean unused = admission.withdraw(this);
      answerWithFailure(CANCELLED);
    } else if (stage != null) {
      giveUp(stage);
    }
  }
}
