package io.muster.rpc;

import io.grpc.Status;
import io.muster.rpc.internal.world.Member;
import java.time.Duration;

/** What gRPC says of a call that was not answered, as one of our exceptions. */
final class Failures {
  private Failures() {}

  static RpcException of(Status status, Member worker, String function, Duration timeout) {
    String name = worker.name();
    String detail = status.getDescription() == null ? "" : ": " + status.getDescription();
    String call = "%s on worker %s".formatted(function, worker);
    return switch (status.getCode()) {
      case DEADLINE_EXCEEDED -> timeout(worker, function, timeout, status.asException());
      case UNAVAILABLE, CANCELLED ->
          new WorkerLostException(
              "%s: the worker is lost%s%s".formatted(call, detail, cause(status)),
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
              "%s failed with %s%s%s".formatted(call, status.getCode(), detail, cause(status)),
              name,
              function,
              status.getCause());
    };
  }

  static RpcTimeoutException timeout(
      Member worker, String function, Duration timeout, Throwable cause) {
    return new RpcTimeoutException(
        "%s on worker %s timed out after %s".formatted(function, worker, timeout),
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
