package io.muster.rpc.internal.transport;

import io.grpc.Status;
import java.util.Optional;

/** Handles the messages that other workers send. Called on threads that must not block. */
public interface RequestHandler {
  /** The incarnation of this worker, which a message must name in its headers. */
  long incarnation();

  /**
   * Why a call is not wanted of which nothing has been read yet.
   *
   * @param nested whether the caller makes it inside of another call
   * @return nothing if its message is to be read
   */
  Optional<Status> refusal(boolean nested);

  /**
   * Makes a call, or refuses it. The reply hears of the outcome in any case.
   *
   * @param nested whether the caller makes it inside of another call
   * @param nanos how long it may take
   */
  Call call(boolean nested, byte[] message, long nanos, Reply reply);

  /** Answers what is between agents only. */
  void control(byte[] message, Reply reply);

  /** A call that has been made. */
  interface Call {
    /** The caller gave up; does nothing once the call has been answered. */
    void abandon();
  }
}
