package io.muster.rpc.internal.engine;

import io.muster.rpc.RpcException;
import io.muster.rpc.internal.transport.CallFailure;
import io.muster.rpc.internal.transport.Cancellable;
import io.muster.rpc.internal.transport.ResponseListener;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A call in flight. Cancelling it cancels the call on the other worker, too. */
final class PendingCall<T> extends CompletableFuture<T> implements ResponseListener {
  private final CallTarget target;
  private final Duration timeout;
  private final ResultReader<T> reader;
  private final MessageReferences references;
  private final Set<PendingCall<?>> inFlight;
  private volatile @Nullable Cancellable request;

  /** Makes the result from the response. */
  interface ResultReader<T> {
    T read(byte[] message);
  }

  /**
   * A call that is not sent yet.
   *
   * @param references those in the arguments, which are kept until there is a response
   * @param inFlight where the call is until it has ended
   */
  PendingCall(
      CallTarget target,
      Duration timeout,
      ResultReader<T> reader,
      MessageReferences references,
      Set<PendingCall<?>> inFlight) {
    this.target = target;
    this.timeout = timeout;
    this.reader = reader;
    this.references = references;
    this.inFlight = inFlight;
  }

  /** The request has been sent. */
  void sent(Cancellable sent) {
    request = sent;
    if (isCancelled()) {
      sent.cancel("cancelled");
    }
  }

  @Override
  public boolean cancel(boolean mayInterrupt) {
    boolean isCancelled = super.cancel(mayInterrupt);
    Cancellable sent = request;
    if (isCancelled && sent != null) {
      sent.cancel("cancelled");
    }
    return isCancelled;
  }

  @Override
  public void answered(byte[] message) {
    try {
      if (end()) {
        complete(reader.read(message));
      }
    } catch (RpcException e) {
      completeExceptionally(e);
    } catch (Throwable e) {
      failUnexpectedly(e);
    }
  }

  @Override
  public void failed(CallFailure failure) {
    try {
      if (end() && !isDone()) {
        completeExceptionally(Failures.exception(failure, target, timeout));
      }
    } catch (Throwable e) {
      failUnexpectedly(e);
    }
  }

  /** Takes the call from those in flight; false if it has ended already. */
  private boolean end() {
    if (!inFlight.remove(this)) {
      return false;
    }
    references.giveBackSent();
    return true;
  }

  /** The response cannot be used, for example because there is no memory. */
  private void failUnexpectedly(Throwable cause) {
    completeExceptionally(Failures.unreadable(target, cause));
  }
}
