package io.muster.rpc;

import io.grpc.Status;
import io.muster.rpc.internal.world.Member;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

/** What gRPC says of a call that was not answered, as one of our exceptions. */
final class Failures {
  private Failures() {}

  static RpcException of(Status status, Member worker, String function, Duration timeout) {
    String name = worker.name();
    String description = status.getDescription();
    String detail = description == null || description.isEmpty() ? "" : ": " + description;
    String call = String.format(Locale.ROOT, "%s on worker %s", function, worker);
    return switch (code(status)) {
      case DEADLINE_EXCEEDED -> timeout(worker, function, timeout, status.asException());
      case UNAVAILABLE, CANCELLED ->
          new WorkerLostException(
              String.format(Locale.ROOT, "%s: the worker is lost%s%s", call, detail, cause(status)),
              name,
              function,
              status.getCause());
      case RESOURCE_EXHAUSTED ->
          new RpcRejectedException(call + " was rejected" + detail, name, function, null);
      case UNIMPLEMENTED ->
          new UnknownFunctionException(
              call + " is not registered there" + detail, name, function, null);
      default ->
          new RpcException(
              String.format(
                  Locale.ROOT,
                  "%s failed with %s%s%s",
                  call,
                  status.getCode(),
                  detail,
                  cause(status)),
              name,
              function,
              status.getCause());
    };
  }

  private static Status.Code code(Status status) {
    // A connection that was cut off, of which gRPC does not say that the worker is unavailable.
    return status.getCode() == Status.Code.UNKNOWN && status.getCause() instanceof IOException
        ? Status.Code.UNAVAILABLE
        : status.getCode();
  }

  static RpcTimeoutException timeout(
      Member worker, String function, Duration timeout, Throwable cause) {
    return new RpcTimeoutException(
        String.format(Locale.ROOT, "%s on worker %s timed out after %s", function, worker, timeout),
        worker.name(),
        function,
        timeout,
        cause);
  }

  private static String cause(Status status) {
    Throwable cause = status.getCause();
    return cause == null ? "" : " (" + cause + ")";
  }
}
