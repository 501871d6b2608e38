package io.muster.store.internal.journal;

import java.io.IOException;

/**
 * A log of the batches of changes of a server that survives the process. It passes them to a {@link
 * JournaledState} in one order, each once it cannot be lost any more.
 */
public interface Journal extends AutoCloseable {
  /** The most bytes that a batch may have. */
  int maxBatchBytes();

  /**
   * Restores the state: passes it the newest snapshot, if there is one, and the batches after it,
   * and from then on each appended one. Called once. Blocks until batches can be appended and all
   * that were appended earlier have been passed on: the caller derives its epoch from them.
   *
   * @throws IOException if the log is damaged, or cannot be read or written; the message says what
   *     helps
   */
  void open(JournaledState state) throws IOException;

  /**
   * Appends a batch. Returns at once. When it cannot be lost any more, it is passed to {@link
   * JournaledState#apply}. If it may be lost, {@link JournaledState#fail} is called. One batch is
   * appended at a time.
   */
  void append(byte[] batch);

  /** Ends the log, which passes nothing on any more. Blocks until that is so. */
  @Override
  void close();
}
