package io.muster.store.internal.serving;

import io.muster.store.internal.commit.JobRecord;
import java.io.IOException;
import java.util.List;

/** A server of jobs that serves until it is closed. Thread-safe. */
public interface Transport extends AutoCloseable {
  /**
   * Listens for the clients of a job. Clients can connect when this returns. The job is new, or one
   * of the {@link #recordedJobs}, whose keys it has then.
   *
   * @throws IOException if it cannot listen; no socket is left open then
   * @throws UnsupportedOperationException if the transport serves one job only and has it, or if it
   *     is to listen on a descriptor and this is not Linux, or if it cannot reset idle jobs
   * @throws IllegalStateException if the server has ended
   */
  ServedJob addJob(NewJob job) throws IOException;

  /**
   * The jobs that the server's journal has, in the order of their creation; none without a journal.
   *
   * @throws IOException if the server has ended
   */
  default List<JobRecord> recordedJobs() throws IOException {
    return List.of();
  }

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
