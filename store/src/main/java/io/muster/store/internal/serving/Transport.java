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
   * Stops listening and disconnects every client; returns when that is done. Closing again does
   * nothing.
   */
  @Override
  void close();
}
