package io.muster.rpc.internal.transport;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.muster.rpc.internal.transport.CallFailure.Kind;
import io.muster.store.internal.text.PrintableText;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Converts between {@link CallFailure} and gRPC's {@link Status}. */
final class GrpcStatuses {
  /**
   * A trailer that tells statuses of this class from those that gRPC itself makes, such as the one
   * for a message that is too large.
   */
  private static final Metadata.Key<String> REFUSED =
      Metadata.Key.of("muster-refused", Metadata.ASCII_STRING_MARSHALLER);

  /** Descriptions are cut here, so that they fit into the trailers in any encoding. */
  private static final int MAX_DESCRIPTION = 500;

  private GrpcStatuses() {}

  /** The status that a server sends for a failure. */
  static Status status(CallFailure failure) {
    Status status = Status.fromCode(code(failure.kind()));
    String description = failure.description();
    if (description.isEmpty()) {
      return status;
    }
    return status.withDescription(
        description.length() <= MAX_DESCRIPTION
            ? description
            : description.substring(0, MAX_DESCRIPTION) + "…");
  }

  /**
   * Ends a call with a failure instead of a response.
   *
   * @throws IllegalStateException if the call has been ended already
   */
  static void close(ServerCall<?, ?> call, CallFailure failure) {
    Metadata trailers = new Metadata();
    trailers.put(REFUSED, "1");
    call.close(status(failure), trailers);
  }

  /**
   * The failure that a caller gets for a status.
   *
   * @param messageBytes the size of the request, for the description
   */
  static CallFailure failure(Status status, Metadata trailers, int messageBytes) {
    String description = status.getDescription() == null ? "" : status.getDescription();
    Kind kind = kind(status);
    if (kind == Kind.REJECTED && !trailers.containsKey(REFUSED)) {
      // The worker did not refuse the call; gRPC did so before the worker saw it.
      description =
          "by gRPC, probably because the message of "
              + messageBytes
              + " bytes has more bytes than maxMessageBytes allows there ("
              + description
              + ")";
    } else if (kind == Kind.INTERNAL && status.getCode() != Status.Code.INTERNAL) {
      description =
          description.isEmpty() ? status.getCode().name() : status.getCode() + ": " + description;
    }
    return new CallFailure(kind, description, ofTheJdk(status.getCause()));
  }

  private static Status.Code code(Kind kind) {
    return switch (kind) {
      case CANCELLED -> Status.Code.CANCELLED;
      case TIMED_OUT -> Status.Code.DEADLINE_EXCEEDED;
      case UNREACHABLE -> Status.Code.UNAVAILABLE;
      case REJECTED -> Status.Code.RESOURCE_EXHAUSTED;
      case UNKNOWN_FUNCTION -> Status.Code.UNIMPLEMENTED;
      case INVALID_REQUEST -> Status.Code.INVALID_ARGUMENT;
      case OBJECT_GONE -> Status.Code.FAILED_PRECONDITION;
      case INTERNAL -> Status.Code.INTERNAL;
    };
  }

  private static Kind kind(Status status) {
    return switch (status.getCode()) {
      case CANCELLED -> Kind.CANCELLED;
      case DEADLINE_EXCEEDED -> Kind.TIMED_OUT;
      case UNAVAILABLE -> Kind.UNREACHABLE;
      case RESOURCE_EXHAUSTED -> Kind.REJECTED;
      case UNIMPLEMENTED -> Kind.UNKNOWN_FUNCTION;
      case INVALID_ARGUMENT -> Kind.INVALID_REQUEST;
      case FAILED_PRECONDITION -> Kind.OBJECT_GONE;
      // gRPC reports a connection that was cut off as unknown.
      case UNKNOWN -> status.getCause() instanceof IOException ? Kind.UNREACHABLE : Kind.INTERNAL;
      default -> Kind.INTERNAL;
    };
  }

  /**
   * The cause as an exception of the JDK. Exceptions of gRPC and Netty must not reach users, who
   * may not have those classes where they read a serialized exception.
   */
  private static @Nullable Throwable ofTheJdk(@Nullable Throwable cause) {
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
}
