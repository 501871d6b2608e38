package io.muster.store.internal.serving;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A server of jobs that serves until it is closed. Thread-safe. */
public interface Transport extends AutoCloseable {
  /**
   * Listens for the clients of a new job. Clients can connect when this returns.
   *
   * @param resetWhenIdle null if the job's keys stay when its world has gone
   * @throws IOException if it cannot listen; no socket is left open then
   * @throws UnsupportedOperationException if the transport serves one job only and has it, or if it
   *     is to listen on a descriptor and this is not Linux, or if it cannot reset idle jobs
   * @throws IllegalStateException if the server has ended
   */
  ServedJob addJob(ListenTarget listening, @Nullable ResetWhenIdle resetWhenIdle)
      throws IOException;

  /**
   * Blocks until the server does not serve any more.
   *
   * @return true if it was closed, false if it has stopped because every operation failed
   */
  boolean awaitEnd() throws InterruptedException;

  /**
   * Stops listening, disconnects every client, and blocks until that is done. Closing again has no
   * effect.
   */
  @Override
  void close();
}
