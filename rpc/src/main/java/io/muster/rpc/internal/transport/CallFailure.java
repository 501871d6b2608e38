package io.muster.rpc.internal.transport;

import org.jspecify.annotations.Nullable;

/**
 * Why a request has no response. A server sends one instead of a response, and a caller gets the
 * one that was sent or one that describes how the connection failed.
 *
 * @param kind what happened, which decides the exception that the caller gets
 * @param description text for people; empty if the kind says everything
 * @param cause what was thrown in this process, of classes of the JDK only; null if nothing was
 */
public record CallFailure(Kind kind, String description, @Nullable Throwable cause) {
  /** What happened. */
  public enum Kind {
    /** The caller cancelled the request. */
    CANCELLED,
    /** There was no response before the deadline. */
    TIMED_OUT,
    /** The worker cannot be reached, is shutting down, or was replaced by another one. */
    UNREACHABLE,
    /** The worker did not run the call because it has too many or the message is too large. */
    REJECTED,
    /** The worker has no such function. */
    UNKNOWN_FUNCTION,
    /** The request cannot be read, or its arguments do not fit the function. */
    INVALID_REQUEST,
    /** The object that the call refers to no longer exists. */
    OBJECT_GONE,
    /** Anything else. */
    INTERNAL
  }

  /** A request names a worker that no longer listens at its address. */
  public static final CallFailure ANOTHER_WORKER =
      of(Kind.UNREACHABLE, "another worker listens there now");

  /** A failure without a cause. */
  public static CallFailure of(Kind kind, String description) {
    return new CallFailure(kind, description, null);
  }
}
