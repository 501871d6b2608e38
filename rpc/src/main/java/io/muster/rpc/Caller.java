package io.muster.rpc;

import io.grpc.Status;
import io.muster.rpc.internal.transport.Cancellable;
import io.muster.rpc.internal.transport.Connection;
import io.muster.rpc.internal.transport.ResponseListener;
import io.muster.rpc.internal.transport.TransportConfig;
import io.muster.rpc.internal.wire.Body;
import io.muster.rpc.internal.wire.Control;
import io.muster.rpc.internal.wire.Frame;
import io.muster.rpc.internal.wire.MalformedException;
import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.wire.RemoteFailure;
import io.muster.rpc.internal.wire.Request;
import io.muster.rpc.internal.wire.Response;
import io.muster.rpc.internal.world.WorkerInfo;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The calls that this worker makes. Thread-safe. */
final class Caller implements AutoCloseable {
  private static final Status CLOSED =
      Status.UNAVAILABLE.withDescription("this worker has been closed");

  private final RpcAgent agent;
  private final int rank;
  private final RpcCodec codec;
  private final TransportConfig link;
  private final Executor executor;
  private final Map<Long, Connection> connections = new ConcurrentHashMap<>();
  private final Set<PendingCall<?>> open = ConcurrentHashMap.newKeySet();
  private final AtomicLong begun = new AtomicLong();
  private final long controlNanos;
  private volatile boolean closed;

  /**
   * What is called.
   *
   * @param function its name on the wire
   * @param shown its name in messages
   * @param target the object it is called on, if it is one that is referred to
   * @param keep what the result is kept as, if it stays there
   */
  record Target(
      WorkerInfo worker,
      String function,
      String shown,
      Optional<RemoteRef<?>> target,
      Optional<ObjectId> keep) {
    static Target of(WorkerInfo worker, String function, String shown) {
      return new Target(worker, function, shown, Optional.empty(), Optional.empty());
    }
  }

  Caller(RpcAgent agent, int rank, RpcCodec codec, TransportConfig link, Executor executor) {
    this.agent = agent;
    this.rank = rank;
    this.codec = codec;
    this.link = link;
    this.executor = orOnThisThread(executor);
    this.controlNanos = nanos(link.keepAlive());
  }

  /** Calls and waits for the result. */
  <T> T call(Target target, @Nullable Object[] arguments, Duration timeout, Class<T> type) {
    PendingCall<byte[]> pending =
        begin(target, arguments, timeout, Runnable::run, message -> message);
    byte[] message;
    try {
      message = pending.get();
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    } catch (InterruptedException e) {
      boolean unused = pending.cancel(true);
      Thread.currentThread().interrupt();
      throw new RpcInterruptedException(
          String.format(Locale.ROOT, "interrupted in %s on worker %s", target.shown, target.worker),
          target.worker.name(),
          target.shown,
          e);
    }
    return result(target, message, timeout, type);
  }

  /** Calls; the result comes on a thread of this worker's. */
  <T> CompletableFuture<T> callAsync(
      Target target, @Nullable Object[] arguments, Duration timeout, Class<T> type) {
    return begin(
        target, arguments, timeout, executor, message -> result(target, message, timeout, type));
  }

  /** An exception that another thread has made, with the stack of this one. */
  private static RuntimeException rethrown(@Nullable Throwable cause) {
    if (cause instanceof RpcException e) {
      e.addSuppressed(new CallerStack());
      return e;
    }
    return new IllegalStateException("a call failed unexpectedly", cause);
  }

  /** Where a call was made that failed on another thread. */
  private static final class CallerStack extends Exception {
    private static final long serialVersionUID = 1L;

    CallerStack() {
      super("the call was made here");
    }
  }

  private interface Reader<T> {
    T read(byte[] message);
  }

  private <T> PendingCall<T> begin(
      Target target,
      @Nullable Object[] arguments,
      Duration timeout,
      Executor listener,
      Reader<T> reader) {
    target.target.ifPresent(RemoteRef::requireOpen);
    MessageReferences references = new MessageReferences(agent);
    PendingCall<T> pending = new PendingCall<>(target, timeout, reader, references);
    boolean sent = false;
    try {
      Frame frame = frame(target, codec.encode(arguments, references));
      long nanos = CurrentCall.capped(nanos(timeout));
      Connection connection = connection(target.worker);
      begun.incrementAndGet();
      open.add(pending);
      if (nanos <= 0) {
        pending.failed(Status.DEADLINE_EXCEEDED);
      } else {
        pending.started(
            connection.call(frame, nanos, CurrentCall.depthOfThread(), listener, pending));
      }
      if (closed) {
        pending.lost();
      }
      sent = true;
    } finally {
      if (!sent) {
        boolean unused = open.remove(pending);
        references.receiverHolds();
      }
    }
    return pending;
  }

  /** An executor that runs on the thread that asks it to what it has no thread for. */
  private static Executor orOnThisThread(Executor executor) {
    return task -> {
      try {
        executor.execute(task);
      } catch (RejectedExecutionException | OutOfMemoryError e) {
        // Somebody waits for the answer, and has to hear of it from whatever thread there is.
        task.run();
      }
    };
  }

  private Frame frame(Target target, byte[] arguments) {
    Frame frame =
        new Request(
                target.worker.incarnation(),
                rank,
                target.function,
                target.target.map(RemoteRef::id),
                target.keep,
                Body.of(arguments))
            .encode();
    if (frame.size() > link.maxMessageBytes()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s on worker %s: a message of %d bytes, more than the %d that maxMessageBytes allows",
              target.shown,
              target.worker,
              frame.size(),
              link.maxMessageBytes()));
    }
    return frame;
  }

  Connection connection(WorkerInfo worker) {
    if (closed) {
      throw new IllegalStateException("this worker has been shut down");
    }
    Connection connection =
        connections.computeIfAbsent(
            worker.incarnation(),
            unused -> Connection.to(worker.address(), worker.incarnation(), link));
    if (closed) {
      connection.close();
      throw new IllegalStateException("this worker has been shut down");
    }
    return connection;
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // a result may be null where its type allows it
  private <T> T result(Target target, byte[] message, Duration timeout, Class<T> type) {
    WorkerInfo worker = target.worker;
    try {
      Response response = Response.decode(message);
      if (response instanceof Response.Failure failure) {
        throw new RemoteException(worker.name(), target.shown, failure.thrown());
      }
      Object value = value(worker, response, timeout);
      if (!Types.fits(value, type)) {
        throw new MalformedException(
            String.format(
                Locale.ROOT,
                "is %s and not %s",
                value == null ? "null" : value.getClass().getName(),
                type.getName()));
      }
      return (T) value;
    } catch (RpcException e) {
      throw e;
    } catch (MalformedException | IllegalArgumentException e) {
      throw unreadable(target, String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      throw unreadable(target, "cannot be read: " + RemoteFailure.describe(e), e);
    }
  }

  private static RpcException unreadable(Target target, String why, Throwable cause) {
    return new RpcException(
        String.format(
            Locale.ROOT, "the result of %s on worker %s %s", target.shown, target.worker, why),
        target.worker.name(),
        target.shown,
        cause);
  }

  private @Nullable Object value(WorkerInfo worker, Response response, Duration timeout) {
    if (response instanceof Response.Value value) {
      return decode(value.result(), new MessageReferences(agent));
    }
    Response.ValueWithReferences value = (Response.ValueWithReferences) response;
    MessageReferences references = new MessageReferences(agent);
    Object decoded = decode(value.result(), references);
    try {
      references.awaitKnown(nanos(timeout));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RpcInterruptedException(
          "interrupted while taking over references", worker.name(), "reference", e);
    }
    tell(
        worker,
        Control.of(Control.Kind.RECEIVED, worker.incarnation(), rank, value.ticket()),
        HeldObjects.NOTHING);
    return decoded;
  }

  private @Nullable Object decode(Body body, RpcCodec.References references) {
    return codec.decode(body.array(), body.offset(), body.length(), references);
  }

  /** Tells another agent something, unless this worker has ended. */
  void tell(WorkerInfo worker, Control message, ResponseListener outcome) {
    if (closed) {
      outcome.failed(Status.CANCELLED);
    } else {
      Cancellable unused =
          connection(worker).control(message.encode(), controlNanos, Runnable::run, outcome);
    }
  }

  /** How many calls have been begun. */
  long begun() {
    return begun.get();
  }

  /** How many are under way. */
  long underWay() {
    return open.size();
  }

  /** Ends all connections. Calls under way fail before this returns. */
  @Override
  public void close() {
    closed = true;
    try {
      // First, so that calls hear of this and not of what becomes of their connections.
      open.forEach(PendingCall::lost);
    } finally {
      connections.values().forEach(Connection::close);
    }
  }

  static long nanos(Duration timeout) {
    try {
      return timeout.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  /** A call under way. Cancelling it calls it off on the other side too. */
  private final class PendingCall<T> extends CompletableFuture<T> implements ResponseListener {
    private final Target target;
    private final Duration timeout;
    private final Reader<T> reader;
    private final MessageReferences references;
    private volatile @Nullable Cancellable call;

    PendingCall(Target target, Duration timeout, Reader<T> reader, MessageReferences references) {
      this.target = target;
      this.timeout = timeout;
      this.reader = reader;
      this.references = references;
    }

    void started(Cancellable started) {
      call = started;
      if (isCancelled()) {
        started.cancel("cancelled");
      }
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
      boolean cancelled = super.cancel(mayInterrupt);
      Cancellable current = call;
      if (cancelled && current != null) {
        current.cancel("cancelled");
      }
      return cancelled;
    }

    @Override
    public void answered(byte[] message) {
      try {
        if (ends()) {
          complete(reader.read(message));
        }
      } catch (RpcException e) {
        completeExceptionally(e);
      } catch (Throwable e) {
        fail(e);
      }
    }

    @Override
    public void failed(Status status) {
      try {
        if (ends() && !isDone()) {
          completeExceptionally(Failures.of(status, target.worker, target.shown, timeout));
        }
      } catch (Throwable e) {
        fail(e);
      }
    }

    /** This worker has been closed, which must not wait for what the transport says of it. */
    void lost() {
      failed(CLOSED);
    }

    private boolean ends() {
      if (!open.remove(this)) {
        return false;
      }
      references.receiverHolds();
      return true;
    }

    /** The answer cannot be made use of, for want of memory for example. */
    private void fail(Throwable cause) {
      completeExceptionally(
          unreadable(target, "cannot be read: " + RemoteFailure.describe(cause), cause));
    }
  }
}
