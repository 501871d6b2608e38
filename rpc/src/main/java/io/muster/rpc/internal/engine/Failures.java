package io.muster.rpc.internal.engine;

import io.muster.rpc.RpcException;
import io.muster.rpc.RpcRejectedException;
import io.muster.rpc.RpcTimeoutException;
import io.muster.rpc.UnknownFunctionException;
import io.muster.rpc.WorkerLostException;
import io.muster.rpc.internal.transport.CallFailure;
import io.muster.rpc.internal.wire.RemoteFailure;
import java.time.Duration;
import java.util.Locale;

/** Makes the exceptions that describe failed calls. */
final class Failures {
  private Failures() {}

  /** The exception for a call that has no response. */
  static RpcException exception(CallFailure failure, CallTarget target, Duration timeout) {
    String worker = target.worker().name();
    String function = target.label();
    String detail = failure.description().isEmpty() ? "" : ": " + failure.description();
    Throwable cause = failure.cause();
    String seen = cause == null ? detail : String.format(Locale.ROOT, "%s (%s)", detail, cause);
    return switch (failure.kind()) {
      case TIMED_OUT ->
          new RpcTimeoutException(
              target + " timed out after " + timeout, worker, function, timeout, null);
      case UNREACHABLE, CANCELLED ->
          new WorkerLostException(
              target + " failed: the worker is lost" + seen, worker, function, cause);
      case REJECTED ->
          new RpcRejectedException(target + " was rejected" + detail, worker, function, null);
      case UNKNOWN_FUNCTION ->
          new UnknownFunctionException(
              target + " is not registered there" + detail, worker, function, null);
      case INVALID_REQUEST, OBJECT_GONE, INTERNAL ->
          new RpcException(target + " failed" + seen, worker, function, cause);
    };
  }

  /** The exception for a response that cannot be read. */
  static RpcException unreadable(CallTarget target, Throwable cause) {
    return unreadable(target, "cannot be read: " + RemoteFailure.describe(cause), cause);
  }

  /** The exception for a response that cannot be used. */
  static RpcException unreadable(CallTarget target, String reason, Throwable cause) {
    return new RpcException(
        String.format(Locale.ROOT, "the result of %s %s", target, reason),
        target.worker().name(),
        target.label(),
        cause);
  }
}
