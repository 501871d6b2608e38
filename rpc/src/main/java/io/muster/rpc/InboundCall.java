package io.muster.rpc;

import io.grpc.Status;
import io.muster.rpc.Functions.BadArgumentsException;
import io.muster.rpc.Functions.Callee;
import io.muster.rpc.internal.serving.Admission;
import io.muster.rpc.internal.transport.Reply;
import io.muster.rpc.internal.transport.RequestHandler;
import io.muster.rpc.internal.wire.Body;
import io.muster.rpc.internal.wire.Frame;
import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.wire.RemoteFailure;
import io.muster.rpc.internal.wire.Request;
import io.muster.rpc.internal.wire.Response;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A call from another worker, from its admission until it is answered. Whatever is thrown
 * meanwhile, by the function, by its exceptions, by the codec or by the JVM, the call is answered
 * exactly once and leaves {@link Admission} exactly once.
 */
final class InboundCall implements RequestHandler.Call, Admission.Task {
  static final Status GONE =
      Status.FAILED_PRECONDITION.withDescription("nobody refers to the object any more");

  /** Made beforehand, as there may be no memory for it when it is needed. */
  private static final Status WITHOUT_WORDS =
      Status.INTERNAL.withDescription("the call failed, and so did saying why");

  private static final Status ENDED = Status.UNAVAILABLE.withDescription("it has ended");

  private final Dispatcher dispatcher;
  private final RpcAgent agent;
  private final Admission admission;
  private final boolean nested;
  private final int size;
  private final Request request;
  private final Callee callee;
  private final CurrentCall current;
  private final Reply reply;

  private boolean abandoned;
  private boolean over;
  private @Nullable Thread thread;
  private @Nullable CompletionStage<?> pending;

  /**
   * A call that was admitted.
   *
   * @param size how large its message is, for which it has room
   */
  InboundCall(
      Dispatcher dispatcher,
      boolean nested,
      int size,
      Request request,
      Callee callee,
      long deadlineNanos,
      Reply reply) {
    this.dispatcher = dispatcher;
    this.agent = dispatcher.agent();
    this.admission = dispatcher.admission();
    this.nested = nested;
    this.size = size;
    this.request = request;
    this.callee = callee;
    this.current = new CurrentCall(1, deadlineNanos);
    this.reply = reply;
  }

  @Override
  public void run() {
    try {
      if (begins()) {
        CompletionStage<?> stage = called();
        if (stage != null) {
          await(stage);
        }
      }
    } catch (Throwable e) {
      fail(e);
    }
  }

  private boolean begins() {
    synchronized (this) {
      if (!abandoned) {
        thread = Thread.currentThread();
        return true;
      }
    }
    refuse(Status.CANCELLED);
    return false;
  }

  /** Calls, and answers unless what is called answers later. */
  // An interrupt is for the call that ends with it.
  @SuppressWarnings("InterruptedExceptionSwallowed")
  private @Nullable CompletionStage<?> called() {
    @Nullable Object result;
    try {
      CurrentCall.begin(current);
      Optional<Object> target = request.target().flatMap(agent.owned()::find);
      if (request.target().isPresent() && target.isEmpty()) {
        refuse(GONE);
        return null;
      }
      result = callee.call(target, arguments());
    } catch (BadArgumentsException e) {
      refuse(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
      return null;
    } catch (Throwable e) {
      endOfHandling();
      fail(e);
      return null;
    } finally {
      endOfHandling();
    }
    if (result instanceof CompletionStage<?> stage) {
      return stage;
    }
    succeed(result);
    return null;
  }

  private void endOfHandling() {
    CurrentCall.end();
    synchronized (this) {
      if (thread != null) {
        thread = null;
        // An interrupt was for this call and not for the next one on this thread.
        boolean unused = Thread.interrupted();
      }
    }
  }

  private @Nullable Object[] arguments() throws BadArgumentsException, InterruptedException {
    MessageReferences references = new MessageReferences(agent);
    Body body = request.arguments();
    Object decoded;
    try {
      decoded = dispatcher.codec().decode(body.array(), body.offset(), body.length(), references);
    } catch (IllegalArgumentException e) {
      throw new BadArgumentsException("the arguments: " + e.getMessage());
    } catch (RuntimeException e) {
      throw new BadArgumentsException("the arguments cannot be read: " + RemoteFailure.describe(e));
    }
    if (decoded instanceof Object[] arguments) {
      references.awaitKnown(current.deadlineNanos() - System.nanoTime());
      return arguments;
    }
    throw new BadArgumentsException("the arguments are no array of objects");
  }

  private void await(CompletionStage<?> stage) {
    boolean unwanted;
    synchronized (this) {
      unwanted = abandoned;
      pending = stage;
    }
    if (unwanted) {
      giveUp(stage);
      return;
    }
    CompletionStage<?> unused =
        stage.whenComplete(
            (value, failure) -> {
              if (failure == null) {
                succeed(value);
              } else if (failure instanceof CompletionException && failure.getCause() != null) {
                fail(failure.getCause());
              } else {
                fail(failure);
              }
            });
  }

  /** The caller no longer waits for a stage: the call leaves the admission at once. */
  private void giveUp(CompletionStage<?> stage) {
    refuse(Status.CANCELLED);
    try {
      if (stage instanceof Future<?> future) {
        boolean unused = future.cancel(true);
      }
    } catch (Throwable e) {
      // Not every stage can be cancelled, such as CompletableFuture.minimalCompletionStage().
      assert e != null;
    }
  }

  private void succeed(@Nullable Object result) {
    Frame frame;
    try {
      frame = answer(result);
    } catch (Throwable e) {
      refuse("the result ", e);
      return;
    }
    finish(frame, Status.OK);
  }

  private Frame answer(@Nullable Object result) {
    MessageReferences references = new MessageReferences(agent);
    boolean encoded = false;
    try {
      byte[] bytes = dispatcher.codec().encode(keep(result), references);
      if (bytes.length > dispatcher.maxMessageBytes()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "has %d bytes, more than the %d that a message may have (maxMessageBytes)",
                bytes.length,
                dispatcher.maxMessageBytes()));
      }
      Body body = Body.of(bytes);
      Response response =
          references.hasSent()
              ? new Response.ValueWithReferences(
                  agent.tickets().issue(references, current.deadlineNanos()), body)
              : new Response.Value(body);
      encoded = true;
      return response.encode();
    } finally {
      if (!encoded) {
        references.receiverHolds();
      }
    }
  }

  /** What is sent of a result: nothing if it is kept here. */
  private @Nullable Object keep(@Nullable Object result) {
    Optional<ObjectId> id = request.result();
    if (id.isEmpty()) {
      return result;
    } else if (result == null) {
      throw new IllegalArgumentException("is null, which cannot be referred to");
    }
    agent.owned().keep(id.get(), result, request.caller(), id.get().number());
    return null;
  }

  /** It threw, or something did that has to do with it. */
  void fail(Throwable thrown) {
    if (dispatcher.hasEnded()) {
      refuse(ENDED);
      return;
    }
    Frame frame;
    try {
      frame = new Response.Failure(RemoteFailure.of(thrown)).encode();
    } catch (Throwable e) {
      refuse(WITHOUT_WORDS);
      return;
    }
    finish(frame, Status.OK);
  }

  @Override
  public void refused(Throwable cause) {
    if (dispatcher.hasEnded()) {
      refuse(ENDED);
      return;
    }
    Status status;
    try {
      status =
          Status.RESOURCE_EXHAUSTED.withDescription(
              "no thread for it: " + RemoteFailure.describe(cause));
    } catch (Throwable e) {
      status = WITHOUT_WORDS;
    }
    refuse(status);
  }

  private void refuse(String what, Throwable cause) {
    Status status;
    try {
      status =
          Status.INTERNAL.withDescription(
              cause instanceof IllegalArgumentException || cause instanceof IllegalStateException
                  ? what + cause.getMessage()
                  : what + "cannot be sent: " + RemoteFailure.describe(cause));
    } catch (Throwable e) {
      status = WITHOUT_WORDS;
    }
    refuse(status);
  }

  private void refuse(Status status) {
    finish(null, status);
  }

  /** Answers the call and leaves the admission. Later calls do nothing. */
  private void finish(@Nullable Frame frame, Status status) {
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      pending = null;
    }
    try {
      if (frame == null) {
        reply.refuse(status);
      } else {
        reply.send(frame);
      }
    } finally {
      admission.leave(nested, size);
    }
  }

  @Override
  public void abandon() {
    CompletionStage<?> waiting;
    synchronized (this) {
      abandoned = true;
      Thread running = thread;
      if (running != null) {
        running.interrupt();
      }
      waiting = pending;
    }
    if (waiting != null) {
      giveUp(waiting);
    } else if (admission.withdraw(this)) {
      refuse(Status.CANCELLED);
    }
  }
}
