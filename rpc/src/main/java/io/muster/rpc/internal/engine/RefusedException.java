package io.muster.rpc.internal.engine;

import io.muster.rpc.internal.transport.CallFailure;
import io.muster.rpc.internal.transport.CallFailure.Kind;

/** A call is refused before its function runs. Has no stack trace. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // never serialized
  private final CallFailure failure;

  RefusedException(CallFailure failure) {
    super(failure.description(), null, false, false);
    this.failure = failure;
  }

  /** The arguments do not fit the function. */
  static RefusedException badArguments(String description) {
    return new RefusedException(CallFailure.of(Kind.INVALID_REQUEST, description));
  }

  CallFailure failure() {
    return failure;
  }
}
