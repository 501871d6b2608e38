package io.muster.store.internal.journal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;

/** What a {@link Journal} passes batches to and takes snapshots of. Thread-safe. */
public interface JournaledState {
  /**
   * Replaces the state by that of a snapshot. Blocks.
   *
   * @param length the number of bytes of the snapshot
   * @throws IOException if it cannot be read or is no snapshot; then the state must not be used
   */
  void restore(InputStream snapshot, long length) throws IOException;

  /**
   * Applies the next batch. Returns at once.
   *
   * @return completed once the batch is applied, or exceptionally if that is impossible; then the
   *     server stops
   */
  CompletableFuture<Void> apply(byte[] batch);

  /**
   * Begins a snapshot of the state after all batches that were passed to {@link #apply} before.
   * Blocks until they are applied. One snapshot is taken at a time.
   *
   * @throws IOException if the server has ended
   */
  Snapshot snapshot() throws IOException;

  /** The journal cannot append any more: the server stops. */
  void fail(Throwable reason);

  /** The state at one moment. */
  interface Snapshot extends AutoCloseable {
    /** Writes the state, which may change meanwhile. Blocks. Called once. */
    void writeTo(OutputStream out) throws IOException;

    /** Nothing is written any more. Closing again has no effect. */
    @Override
    void close();
  }
}
