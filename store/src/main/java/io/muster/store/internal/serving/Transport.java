package io.muster.store.internal.serving;

import java.net.InetSocketAddress;
import java.util.List;

/** A server that listens and serves until it is closed. */
public interface Transport extends AutoCloseable {
  /** The addresses it listens on, at least one. */
  List<InetSocketAddress> addresses();

  /** The counts of this moment. Waits for the request that is being served. */
  ServingStatistics statistics();

  /**
   * Waits until it serves no more.
   *
   * @return true if it was closed, false if it has ended itself because all it did failed
   */
  boolean awaitEnd() throws InterruptedException;

  /**
   * Stops listening and disconnects every client; returns when that is done. Closing again does
   * nothing.
   */
  @Override
  void close();
}
