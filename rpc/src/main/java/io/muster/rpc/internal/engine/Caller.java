package io.muster.rpc.internal.engine;

import io.muster.rpc.RemoteRef;
import io.muster.rpc.RpcCodec;
import io.muster.rpc.RpcException;
import io.muster.rpc.RpcInterruptedException;
import io.muster.rpc.internal.transport.CallFailure;
import io.muster.rpc.internal.transport.CallFailure.Kind;
import io.muster.rpc.internal.transport.Connection;
import io.muster.rpc.internal.wire.Body;
import io.muster.rpc.internal.wire.Frame;
import io.muster.rpc.internal.wire.ObjectId;
import io.muster.rpc.internal.wire.Request;
import io.muster.rpc.internal.world.WorkerInfo;
import io.muster.rpc.internal.world.World;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Makes calls to other workers. Thread-safe. */
final class Caller implements AutoCloseable {
  private static final CallFailure CLOSED =
      CallFailure.of(Kind.UNREACHABLE, "this worker has been closed");
  private static final CallFailure NO_TIME = CallFailure.of(Kind.TIMED_OUT, "");

  private final World world;
  private final HeldObjects held;
  private final Connections connections;
  private final RpcCodec codec;
  private final int maxMessageBytes;
  private final Duration defaultTimeout;
  private final Executor executor;
  private final ResultDecoder results;
  private final Set<PendingCall<?>> inFlight = ConcurrentHashMap.newKeySet();
  private final AtomicLong begun = new AtomicLong();
  private volatile boolean isClosed;

  /**
   * Makes a caller.
   *
   * @param maxMessageBytes the most bytes of the encoded arguments of a call
   * @param defaultTimeout the timeout of calls on references
   * @param executor completes the futures of asynchronous calls
   */
  Caller(
      World world,
      HeldObjects held,
      Connections connections,
      RpcCodec codec,
      int maxMessageBytes,
      Duration defaultTimeout,
      Executor executor) {
    this.world = world;
    this.held = held;
    this.connections = connections;
    this.codec = codec;
    this.maxMessageBytes = maxMessageBytes;
    this.defaultTimeout = defaultTimeout;
    this.executor = orOnThisThread(executor);
    this.results = new ResultDecoder(world.self().rank(), codec, connections, this::newMessage);
  }

  /** Wraps an executor so that the submitting thread runs the tasks that it rejects. */
  private static Executor orOnThisThread(Executor executor) {
    return task -> {
      try {
        executor.execute(task);
      } catch (RejectedExecutionException | OutOfMemoryError e) {
        // A caller waits for the result, whichever thread delivers it.
        task.run();
      }
    };
  }

  /** Calls and blocks until there is a result. */
  <T> T call(CallTarget target, @Nullable Object[] arguments, Duration timeout, Class<T> type) {
    // The response is decoded below, on this thread: decoding may block, which the thread that
    // receives responses must not.
    PendingCall<byte[]> pending =
        begin(target, arguments, timeout, Runnable::run, message -> message);
    byte[] message;
    try {
      message = pending.get();
    } catch (ExecutionException e) {
      throw withThisStack(e.getCause());
    } catch (InterruptedException e) {
      boolean unused = pending.cancel(true);
      Thread.currentThread().interrupt();
      throw new RpcInterruptedException(
          "interrupted in " + target, target.worker().name(), target.label(), e);
    }
    return results.decode(target, message, timeout, type);
  }

  /** Calls without blocking. The future is completed by the executor. */
  <T> CompletableFuture<T> callAsync(
      CallTarget target, @Nullable Object[] arguments, Duration timeout, Class<T> type) {
    return begin(
        target,
        arguments,
        timeout,
        executor,
        message -> results.decode(target, message, timeout, type));
  }

  /** Calls a function whose result stays on the worker, and blocks until it exists. */
  <T> RemoteRef<T> create(
      WorkerInfo worker, String function, @Nullable Object[] arguments, Duration timeout) {
    ObjectId id = held.newId();
    held.created(worker, id);
    boolean isCreated = false;
    try {
      call(CallTarget.creating(worker, function, id), arguments, timeout, void.class);
      isCreated = true;
    } finally {
      if (!isCreated) {
        // The object may exist nevertheless, or may be created later.
        held.giveBack(id);
      }
    }
    return reference(worker, id);
  }

  /** Makes a reference, which takes over one share in the object. */
  <T> ReferenceHandle<T> reference(WorkerInfo owner, ObjectId id) {
    return new ReferenceHandle<>(this, defaultTimeout, owner, id, () -> held.giveBack(id));
  }

  /** Makes a collector of the references in one message. */
  MessageReferences newMessage() {
    return new MessageReferences(world, held, this);
  }

  /** Adds the stack of this thread to an exception that another thread made. */
  private static RuntimeException withThisStack(@Nullable Throwable cause) {
    if (cause instanceof RpcException e) {
      e.addSuppressed(new CallerStack());
      return e;
    }
    return new IllegalStateException("a call failed unexpectedly", cause);
  }

  /** The stack of the thread that made a call. */
  private static final class CallerStack extends Exception {
    private static final long serialVersionUID = 1L;

    CallerStack() {
      super("the call was made here");
    }
  }

  /**
   * Sends a call.
   *
   * @param responses runs {@code reader}
   */
  private <T> PendingCall<T> begin(
      CallTarget target,
      @Nullable Object[] arguments,
      Duration timeout,
      Executor responses,
      PendingCall.ResultReader<T> reader) {
    target.object().ifPresent(ReferenceHandle::requireOpen);
    requireOpen();
    MessageReferences references = newMessage();
    PendingCall<T> pending = new PendingCall<>(target, timeout, reader, references, inFlight);
    boolean isSent = false;
    try {
      Frame frame = frame(target, codec.encode(arguments, references));
      long nanos = CurrentCall.capped(Nanos.of(timeout));
      Connection connection = connections.to(target.worker());
      begun.incrementAndGet();
      inFlight.add(pending);
      if (nanos <= 0) {
        pending.failed(NO_TIME);
      } else {
        pending.sent(connection.call(frame, nanos, CurrentCall.exists(), responses, pending));
      }
      if (isClosed) {
        // close() may have missed this call.
        pending.failed(CLOSED);
      }
      isSent = true;
    } finally {
      if (!isSent) {
        boolean unused = inFlight.remove(pending);
        references.giveBackSent();
      }
    }
    return pending;
  }

  private void requireOpen() {
    if (isClosed) {
      throw new IllegalStateException("this worker has been shut down");
    }
  }

  private Frame frame(CallTarget target, byte[] arguments) {
    if (arguments.length > maxMessageBytes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s failed: the arguments have %d bytes, and maxMessageBytes allows %d",
              target,
              arguments.length,
              maxMessageBytes));
    }
    return new Request(
            target.worker().incarnation(),
            world.self().rank(),
            target.function(),
            target.object().map(ReferenceHandle::id),
            target.resultId(),
            Body.of(arguments))
        .encode();
  }

  /** The number of calls that have been begun. */
  long begun() {
    return begun.get();
  }

  /** The number of calls that are in flight. */
  int inFlight() {
    return inFlight.size();
  }

  /** Fails all calls in flight before it returns. Later calls are refused. */
  @Override
  public void close() {
    isClosed = true;
    inFlight.forEach(call -> call.failed(CLOSED));
  }
}
