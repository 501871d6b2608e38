package io.muster.store.internal.serving;

import java.net.InetSocketAddress;
import java.util.List;

/** A server that listens and serves until it is closed. */
public interface Transport extends AutoCloseable {
  /** The addresses it listens on, at least one. */
  List<InetSocketAddress> addresses();

  /** The current counts. Blocks until the request that is being served has been served. */
  ServingStatistics statistics();

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
