package io.muster.rpc.internal.engine;

import io.muster.rpc.internal.engine.Functions.Callee;
import io.muster.rpc.internal.serving.Admission;
import io.muster.rpc.internal.transport.CallFailure;
import io.muster.rpc.internal.transport.CallFailure.Kind;
import io.muster.rpc.internal.transport.Reply;
import io.muster.rpc.internal.transport.RequestHandler;
import io.muster.rpc.internal.wire.Control;
import io.muster.rpc.internal.wire.Frame;
import io.muster.rpc.internal.wire.MalformedException;
import io.muster.rpc.internal.wire.RemoteFailure;
import io.muster.rpc.internal.wire.Request;
import java.util.List;
import java.util.Optional;

/** Admits the calls of other workers and finds their functions. Thread-safe. */
final class Dispatcher implements RequestHandler {
  private static final CallFailure LEAVING =
      CallFailure.of(Kind.UNREACHABLE, "it is shutting down");
  private static final CallFailure TOO_MANY_CALLS = CallFailure.of(Kind.REJECTED, "too many calls");
  private static final CallFailure TOO_MANY_BYTES =
      CallFailure.of(Kind.REJECTED, "too many bytes of calls");
  private static final CallFailure FOREIGN_ID =
      CallFailure.of(
          Kind.INVALID_REQUEST, "the identifier of the object belongs to another worker");
  private static final Call NO_CALL = () -> {};

  private final long incarnation;
  private final Functions functions;
  private final Admission admission;
  private final FunctionInvoker invoker;
  private final ResponseEncoder encoder;
  private final ControlHandler controls;
  private volatile boolean isLeaving;
  private volatile boolean hasEnded;

  Dispatcher(
      long incarnation,
      Functions functions,
      Admission admission,
      FunctionInvoker invoker,
      ResponseEncoder encoder,
      ControlHandler controls) {
    this.incarnation = incarnation;
    this.functions = functions;
    this.admission = admission;
    this.invoker = invoker;
    this.encoder = encoder;
    this.controls = controls;
  }

  /** Refuses calls from now on, because this worker leaves the world. */
  void leave() {
    isLeaving = true;
  }

  /**
   * Marks this worker as ended. Handlers are interrupted then, and what they throw is not a
   * response.
   */
  void end() {
    hasEnded = true;
  }

  private boolean hasEnded() {
    return hasEnded;
  }

  /** The number of calls that run or wait. */
  int inFlight() {
    return admission.occupied();
  }

  @Override
  public long incarnation() {
    return incarnation;
  }

  @Override
  public Optional<CallFailure> refusal(boolean nested) {
    if (isLeaving(nested)) {
      return Optional.of(LEAVING);
    }
    return admission.isFull(nested) ? Optional.of(TOO_MANY_CALLS) : Optional.empty();
  }

  /** Nested calls are answered until the end, because calls of this worker may need them. */
  private boolean isLeaving(boolean nested) {
    return isLeaving && !nested;
  }

  @Override
  public Call call(boolean nested, byte[] message, long nanos, Reply reply) {
    boolean isAdmitted = false;
    int heldBytes = 0;
    try {
      if (isLeaving(nested)) {
        throw new RefusedException(LEAVING);
      }
      if (!admission.enter(nested)) {
        throw new RefusedException(TOO_MANY_CALLS);
      }
      isAdmitted = true;
      if (!admission.hold(message.length)) {
        throw new RefusedException(TOO_MANY_BYTES);
      }
      heldBytes = message.length;
      InboundCall call =
          new InboundCall(
              admission,
              invoker,
              encoder,
              this::hasEnded,
              invocation(message, nanos),
              nested,
              message.length,
              reply);
      // From here on the call itself leaves the admission.
      isAdmitted = false;
      admission.run(nested, call);
      return call;
    } catch (RefusedException e) {
      reply.fail(e.failure());
    } catch (Throwable e) {
      reply.fail(CallFailure.of(Kind.INTERNAL, "not called: " + RemoteFailure.describe(e)));
    } finally {
      if (isAdmitted) {
        admission.leave(nested, heldBytes);
      }
    }
    return NO_CALL;
  }

  private Invocation invocation(byte[] message, long nanos) throws RefusedException {
    Request request;
    try {
      request = Request.decode(message);
    } catch (MalformedException e) {
      throw malformed(e);
    }
    requireThisWorker(request.callee());
    if (request.result().filter(id -> id.creator() != request.caller()).isPresent()) {
      throw new RefusedException(FOREIGN_ID);
    }
    Callee callee = functions.find(request.function()).orElse(null);
    if (callee == null) {
      List<String> similar = functions.similar(request.function());
      String hint = similar.isEmpty() ? "" : "it has " + String.join(" and ", similar);
      throw new RefusedException(CallFailure.of(Kind.UNKNOWN_FUNCTION, hint));
    }
    long deadline = nanos == Long.MAX_VALUE ? nanos : System.nanoTime() + nanos;
    return new Invocation(request, callee, deadline);
  }

  private void requireThisWorker(long callee) throws RefusedException {
    if (callee != incarnation) {
      throw new RefusedException(CallFailure.ANOTHER_WORKER);
    }
  }

  private static RefusedException malformed(MalformedException cause) {
    return new RefusedException(
        CallFailure.of(Kind.INVALID_REQUEST, String.valueOf(cause.getMessage())));
  }

  @Override
  public void control(byte[] message, Reply reply) {
    try {
      Control control = Control.decode(message);
      requireThisWorker(control.callee());
      controls.apply(control);
      reply.send(Frame.of(new byte[0]));
    } catch (MalformedException e) {
      reply.fail(malformed(e).failure());
    } catch (RefusedException e) {
      reply.fail(e.failure());
    } catch (Throwable e) {
      reply.fail(CallFailure.of(Kind.INTERNAL, "failed: " + RemoteFailure.describe(e)));
    }
  }
}
