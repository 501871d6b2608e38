package io.muster.rpc;

import io.grpc.Status;
import io.muster.rpc.Functions.Callee;
import io.muster.rpc.internal.refs.OwnedObjects;
import io.muster.rpc.internal.serving.Admission;
import io.muster.rpc.internal.transport.Reply;
import io.muster.rpc.internal.transport.RequestHandler;
import io.muster.rpc.internal.wire.Control;
import io.muster.rpc.internal.wire.Frame;
import io.muster.rpc.internal.wire.MalformedException;
import io.muster.rpc.internal.wire.RemoteFailure;
import io.muster.rpc.internal.wire.Request;
import java.util.List;
import java.util.Optional;

/** The calls that others make to this worker. */
final class Dispatcher implements RequestHandler {
  private static final Status ANOTHER_WORKER =
      Status.UNAVAILABLE.withDescription("another worker listens there now");
  private static final Status FULL = Status.RESOURCE_EXHAUSTED.withDescription("too many calls");
  private static final Status TOO_MANY_BYTES =
      Status.RESOURCE_EXHAUSTED.withDescription("too many bytes of calls");
  private static final Status LEAVING = Status.UNAVAILABLE.withDescription("it is shutting down");
  private static final Status FOREIGN_ID =
      Status.INVALID_ARGUMENT.withDescription("the object would bear the number of another worker");
  private static final Call NO_CALL = () -> {};

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

  /** Whether handlers are being interrupted since this worker has ended. */
  boolean hasEnded() {
    return ended;
  }

  RpcAgent agent() {
    return agent;
  }

  Admission admission() {
    return admission;
  }

  RpcCodec codec() {
    return codec;
  }

  int maxMessageBytes() {
    return maxMessageBytes;
  }

  /** How many are here. */
  int underWay() {
    return admission.occupied();
  }

  @Override
  public long incarnation() {
    return incarnation;
  }

  @Override
  public Optional<Status> refusal(boolean nested) {
    // Nested calls are answered to the end: what this worker waits for itself may need them.
    if (leaving && !nested) {
      return Optional.of(LEAVING);
    }
    return admission.isFull(nested) ? Optional.of(FULL) : Optional.empty();
  }

  @Override
  public Call call(boolean nested, byte[] message, long nanos, Reply reply) {
    boolean entered = false;
    int held = 0;
    try {
      Optional<Status> refusal = refusal(nested);
      if (refusal.isPresent() || !admission.enter(nested)) {
        reply.refuse(refusal.orElse(FULL));
        return NO_CALL;
      }
      entered = true;
      if (!admission.hold(message.length)) {
        throw new RefusedException(TOO_MANY_BYTES);
      }
      held = message.length;
      InboundCall call = called(nested, message, nanos, reply);
      // From here on the call leaves the admission itself.
      entered = false;
      admission.run(nested, call);
      return call;
    } catch (RefusedException e) {
      reply.refuse(e.status);
    } catch (Throwable e) {
      reply.refuse(Status.INTERNAL.withDescription("not called: " + RemoteFailure.describe(e)));
    } finally {
      if (entered) {
        admission.leave(nested, held);
      }
    }
    return NO_CALL;
  }

  private InboundCall called(boolean nested, byte[] message, long nanos, Reply reply)
      throws RefusedException {
    Request request;
    try {
      request = Request.decode(message);
    } catch (MalformedException e) {
      throw new RefusedException(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
    }
    if (request.callee() != incarnation) {
      throw new RefusedException(ANOTHER_WORKER);
    }
    if (request.result().filter(id -> id.creator() != request.caller()).isPresent()) {
      throw new RefusedException(FOREIGN_ID);
    }
    Optional<Callee> callee = functions.find(request.function());
    if (callee.isEmpty()) {
      List<String> similar = functions.similar(request.function());
      String hint = similar.isEmpty() ? "" : "it has " + String.join(" and ", similar);
      throw new RefusedException(Status.UNIMPLEMENTED.withDescription(hint));
    }
    long deadline = nanos == Long.MAX_VALUE ? nanos : System.nanoTime() + nanos;
    return new InboundCall(this, nested, message.length, request, callee.get(), deadline, reply);
  }

  /** A call that is not made. */
  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // it is never written
    private final Status status;

    RefusedException(Status status) {
      super(null, null, false, false);
      this.status = status;
    }
  }

  @Override
  public void control(byte[] message, Reply reply) {
    try {
      answer(Control.decode(message), reply);
    } catch (MalformedException e) {
      reply.refuse(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
    } catch (Throwable e) {
      reply.refuse(Status.INTERNAL.withDescription("failed: " + RemoteFailure.describe(e)));
    }
  }

  private void answer(Control control, Reply reply) {
    if (control.callee() != incarnation) {
      reply.refuse(ANOTHER_WORKER);
      return;
    }
    OwnedObjects owned = agent.owned();
    switch (control.kind()) {
      case PING -> {}
      case HOLD -> {
        if (!owned.hold(control.object(), control.caller(), control.number())) {
          reply.refuse(InboundCall.GONE);
          return;
        }
      }
      case RELEASE -> owned.release(control.object(), control.caller(), control.number());
      case RECEIVED -> agent.tickets().received(control.number());
    }
    reply.send(Frame.of(new byte[0]));
  }
}
