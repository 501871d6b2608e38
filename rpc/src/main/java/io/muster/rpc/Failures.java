package io.muster.rpc;

import io.grpc.Status;
import io.muster.rpc.internal.world.WorkerInfo;
import io.muster.store.internal.text.PrintableText;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What gRPC says of a call that was not answered, as one of our exceptions. */
final class Failures {
  private Failures() {}

  static RpcException of(Status status, WorkerInfo worker, String function, Duration timeout) {
    String name = worker.name();
    String description = status.getDescription();
    String detail = description == null || description.isEmpty() ? "" : ": " + inWords(description);
    String call = String.format(Locale.ROOT, "%s on worker %s", function, worker);
    return switch (code(status)) {
      case DEADLINE_EXCEEDED -> timeout(worker, function, timeout, null);
      case UNAVAILABLE, CANCELLED ->
          new WorkerLostException(
              String.format(Locale.ROOT, "%s: the worker is lost%s%s", call, detail, cause(status)),
              name,
              function,
              serializable(status.getCause()));
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
              serializable(status.getCause()));
    };
  }

  private static Status.Code code(Status status) {
    // A connection that was cut off, of which gRPC does not say that the worker is unavailable.
    return status.getCode() == Status.Code.UNKNOWN && status.getCause() instanceof IOException
        ? Status.Code.UNAVAILABLE
        : status.getCode();
  }

  static RpcTimeoutException timeout(
      WorkerInfo worker, String function, Duration timeout, @Nullable Throwable cause) {
    return new RpcTimeoutException(
        String.format(Locale.ROOT, "%s on worker %s timed out after %s", function, worker, timeout),
        worker.name(),
        function,
        timeout,
        cause);
  }

  /** gRPC does not know what its limit is called here. */
  private static String inWords(String description) {
    return description.startsWith("gRPC message exceeds maximum size")
        ? "the message has more bytes than maxMessageBytes allows there (" + description + ")"
        : description;
  }

  /** What can be in a message to another process: exceptions of gRPC and Netty cannot. */
  private static @Nullable Throwable serializable(@Nullable Throwable cause) {
    if (cause == null) {
      return null;
    }
    for (Throwable one = cause; one != null; one = one.getCause()) {
      if (!one.getClass().getName().startsWith("java.")) {
        IOException copy = new IOException(PrintableText.of(String.valueOf(cause)));
        copy.setStackTrace(cause.getStackTrace());
        return copy;
      }
    }
    return cause;
  }

  private static String cause(Status status) {
    Throwable cause = status.getCause();
    return cause == null ? "" : " (" + cause + ")";
  }
}
