package io.muster.rpc.internal.transport;

import java.util.Optional;

/** What a worker does with what others send it. Called on threads that must not be held up. */
public interface Incoming {
  /**
   * Whether there is room for a call, of which nothing has been read yet. If so, the call is either
   * made or abandoned.
   *
   * @param nested whether the caller makes it inside of another call
   * @return nothing if there is no room
   */
  Optional<Admitted> admit(boolean nested);

  /** Answers what is between agents only. */
  void control(byte[] message, Reply reply);

  /** A place for one call. */
  interface Admitted {
    /**
     * Makes the call.
     *
     * @param nanos how long it may take
     */
    void call(byte[] message, long nanos, Reply reply);

    /** The caller gave up: before the call was made or while it is. */
    void abandon();
  }
}
