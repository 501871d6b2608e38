package io.muster.rpc.internal.transport;

import java.util.Optional;

/** Handles the requests of other workers. Called on event-loop threads, which must not block. */
public interface RequestHandler {
  /** The incarnation of this worker, which the headers of a request must name. */
  long incarnation();

  /**
   * Decides whether a call is wanted before its message is read.
   *
   * @param nested whether the caller makes it while it handles another call
   * @return why the call is refused; empty if its message is to be read
   */
  Optional<CallFailure> refusal(boolean nested);

  /**
   * Runs a call, or refuses it. In both cases {@code reply} is used, now or later.
   *
   * @param nested whether the caller makes it while it handles another call
   * @param nanos how long the call may take
   */
  Call call(boolean nested, byte[] message, long nanos, Reply reply);

  /** Handles a control message. */
  void control(byte[] message, Reply reply);

  /** A call that {@link #call} has accepted. */
  interface Call {
    /** Called when the caller has given up. Has no effect on a call that has been answered. */
    void abandon();
  }
}
