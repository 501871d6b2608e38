package io.muster.rpc;

import io.grpc.Status;
import io.muster.rpc.Functions.BadArgumentsException;
import io.muster.rpc.Functions.Callee;
import io.muster.rpc.internal.refs.OwnedObjects;
import io.muster.rpc.internal.serving.Admission;
import io.muster.rpc.internal.transport.Incoming;
import io.muster.rpc.internal.transport.Reply;
import io.muster.rpc.internal.wire.Body;
import io.muster.rpc.internal.wire.Control;
import io.muster.rpc.internal.wire.Frame;
import io.muster.rpc.internal.wire.MalformedException;
import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.wire.Request;
import io.muster.rpc.internal.wire.Response;
import io.muster.rpc.internal.wire.Thrown;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** The calls that others make to this worker. */
final class Dispatcher implements Incoming {
  private static final Status ANOTHER_WORKER =
      Status.UNAVAILABLE.withDescription("another worker listens there now");
  private static final Status GONE =
      Status.FAILED_PRECONDITION.withDescription("nobody refers to the object any more");

  private final long incarnation;
  private final Functions functions;
  private final RpcCodec codec;
  private final RpcAgent agent;
  private final Admission admission;
  private final int maxMessageBytes;
  private volatile boolean leaving;
  private volatile boolean ended;

  Dispatcher(
      long incarnation,
      Functions functions,
      RpcCodec codec,
      RpcAgent agent,
      Admission admission,
      int maxMessageBytes) {
    this.incarnation = incarnation;
    this.functions = functions;
    this.codec = codec;
    this.agent = agent;
    this.admission = admission;
    this.maxMessageBytes = maxMessageBytes;
  }

  /** Refuses calls from now on, saying that this worker leaves. */
  void leave() {
    leaving = true;
  }

  /** From now on what handlers do, which are being interrupted, is no answer to the call. */
  void end() {
    ended = true;
  }

  /** How many are here. */
  int underWay() {
    return admission.occupied();
  }

  @Override
  public Optional<Admitted> admit(boolean nested) {
    return admission.enter(nested) ? Optional.of(new Place(nested)) : Optional.empty();
  }

  @Override
  public void control(byte[] message, Reply reply) {
    Control control;
    try {
      control = Control.decode(message);
    } catch (MalformedException e) {
      reply.refuse(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
      return;
    }
    if (control.callee() != incarnation) {
      reply.refuse(ANOTHER_WORKER);
      return;
    }
    OwnedObjects owned = agent.owned();
    switch (control.kind()) {
      case PING -> {}
      case HOLD -> {
        if (!owned.hold(control.object(), control.caller(), control.number())) {
          reply.refuse(GONE);
          return;
        }
      }
      case RELEASE -> owned.release(control.object(), control.caller(), control.number());
      case RECEIVED -> agent.tickets().received(control.number());
    }
    reply.send(Frame.of(new byte[0]));
  }

  /** A call from when there is a place for it until that is given back. */
  private final class Place implements Admitted {
    private final boolean nested;
    private int held;
    private boolean made;
    private boolean abandoned;
    private boolean left;
    private @Nullable Thread thread;
    private @Nullable Future<?> pending;

    Place(boolean nested) {
      this.nested = nested;
    }

    @Override
    public void call(byte[] message, long nanos, Reply reply) {
      synchronized (this) {
        if (abandoned) {
          return;
        }
        made = true;
      }
      // What this worker waits for itself may need it.
      if (leaving && !nested) {
        refuse(reply, Status.UNAVAILABLE.withDescription("it is shutting down"));
        return;
      }
      Request request;
      try {
        request = Request.decode(message);
      } catch (MalformedException e) {
        refuse(reply, Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
        return;
      }
      if (request.callee() != incarnation) {
        refuse(reply, ANOTHER_WORKER);
        return;
      }
      Optional<Callee> callee = functions.find(request.function());
      if (callee.isEmpty()) {
        List<String> similar = functions.similar(request.function());
        String hint = similar.isEmpty() ? "" : "it has " + String.join(" and ", similar);
        refuse(reply, Status.UNIMPLEMENTED.withDescription(hint));
        return;
      }
      if (!admission.hold(message.length)) {
        refuse(reply, Status.RESOURCE_EXHAUSTED.withDescription("too many bytes of calls"));
        return;
      }
      held = message.length;
      long deadline = nanos == Long.MAX_VALUE ? nanos : System.nanoTime() + nanos;
      CurrentCall current = new CurrentCall(1, deadline);
      admission.run(nested, () -> run(callee.get(), request, current, reply));
    }

    private void refuse(Reply reply, Status status) {
      reply.refuse(status);
      leavePlace();
    }

    // An interrupt is for the call that ends with it.
    @SuppressWarnings("InterruptedExceptionSwallowed")
    private void run(Callee callee, Request request, CurrentCall current, Reply reply) {
      synchronized (this) {
        if (abandoned) {
          leavePlace();
          return;
        }
        thread = Thread.currentThread();
      }
      CurrentCall.begin(current);
      @Nullable Object result = null;
      Optional<Throwable> thrown = Optional.empty();
      Optional<Status> refused = Optional.empty();
      try {
        Optional<Object> target = request.target().flatMap(agent.owned()::find);
        if (request.target().isPresent() && target.isEmpty()) {
          refused = Optional.of(GONE);
        } else {
          result = callee.call(target, arguments(request, current.deadlineNanos()));
        }
      } catch (BadArgumentsException e) {
        refused = Optional.of(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
      } catch (Throwable e) {
        thrown = Optional.of(e);
      } finally {
        CurrentCall.end();
        synchronized (this) {
          thread = null;
          // An interrupt was for this call and not for the next one on this thread.
          boolean unused = Thread.interrupted();
        }
      }
      if (refused.isPresent()) {
        refuse(reply, refused.get());
      } else if (thrown.isPresent()) {
        fail(reply, thrown.get());
      } else if (result instanceof CompletionStage<?> stage) {
        await(stage, request, current, reply);
      } else {
        succeed(reply, result, request, current);
      }
    }

    private @Nullable Object[] arguments(Request request, long deadline)
        throws BadArgumentsException, InterruptedException {
      MessageReferences references = new MessageReferences(agent);
      Body body = request.arguments();
      try {
        Object decoded = codec.decode(body.array(), body.offset(), body.length(), references);
        if (decoded instanceof Object[] arguments) {
          references.awaitKnown(deadline - System.nanoTime());
          return arguments;
        }
        throw new BadArgumentsException("the arguments are no array of objects");
      } catch (IllegalArgumentException e) {
        throw new BadArgumentsException("the arguments: " + e.getMessage());
      }
    }

    private void await(
        CompletionStage<?> stage, Request request, CurrentCall current, Reply reply) {
      boolean unwanted;
      synchronized (this) {
        unwanted = abandoned;
        pending = stage instanceof Future<?> future ? future : null;
      }
      if (unwanted) {
        cancel(stage);
      }
      CompletionStage<?> unused =
          stage.whenComplete(
              (value, failure) -> {
                if (failure == null) {
                  succeed(reply, value, request, current);
                } else if (failure instanceof CompletionException && failure.getCause() != null) {
                  fail(reply, failure.getCause());
                } else {
                  fail(reply, failure);
                }
              });
    }

    private static void cancel(CompletionStage<?> stage) {
      if (stage instanceof Future<?> future) {
        boolean unused = future.cancel(true);
      }
    }

    private void succeed(
        Reply reply, @Nullable Object result, Request request, CurrentCall current) {
      MessageReferences references = new MessageReferences(agent);
      byte[] encoded;
      try {
        encoded = codec.encode(keep(result, request), references);
        requireNotTooLarge(encoded);
      } catch (IllegalArgumentException | IllegalStateException e) {
        references.receiverHolds();
        refuse(reply, Status.INTERNAL.withDescription("the result " + e.getMessage()));
        return;
      }
      Body body = Body.of(encoded);
      Response response =
          references.hasSent()
              ? new Response.ValueWithReferences(
                  agent.tickets().issue(references, current.deadlineNanos()), body)
              : new Response.Value(body);
      reply.send(response.encode());
      leavePlace();
    }

    private void requireNotTooLarge(byte[] encoded) {
      if (encoded.length > maxMessageBytes) {
        throw new IllegalArgumentException(
            "has %d bytes, more than the %d that a message may have"
                .formatted(encoded.length, maxMessageBytes));
      }
    }

    /** What is sent of a result: nothing if it is kept here. */
    private @Nullable Object keep(@Nullable Object result, Request request) {
      Optional<ObjectId> id = request.result();
      if (id.isEmpty()) {
        return result;
      } else if (result == null) {
        throw new IllegalArgumentException("is null, which cannot be referred to");
      }
      agent.owned().keep(id.get(), result, request.caller(), id.get().number());
      return null;
    }

    private void fail(Reply reply, Throwable thrown) {
      if (ended) {
        refuse(reply, Status.UNAVAILABLE.withDescription("it has ended"));
        return;
      }
      reply.send(new Response.Failure(Thrown.of(thrown)).encode());
      leavePlace();
    }

    @Override
    public void abandon() {
      Future<?> waiting;
      synchronized (this) {
        abandoned = true;
        if (!made) {
          leavePlace();
          return;
        }
        Thread running = thread;
        if (running != null) {
          running.interrupt();
        }
        waiting = pending;
      }
      if (waiting != null) {
        boolean unused = waiting.cancel(true);
      }
    }

    private synchronized void leavePlace() {
      if (!left) {
        left = true;
        admission.leave(nested, held);
      }
    }
  }
}
