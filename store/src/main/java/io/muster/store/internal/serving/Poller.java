package io.muster.store.internal.serving;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Listens, and knows which sockets are ready. All methods but {@link #wakeUp} are called by one
 * thread.
 */
interface Poller {
  /** Hears what a connection is ready for. */
  interface Readiness {
    void ready(boolean input, boolean output);
  }

  /** The addresses it listens on, at least one. */
  List<InetSocketAddress> addresses();

  /**
   * Waits until something is ready, and tells.
   *
   * @param millis for how long at most; 0 to look only, -1 for as long as it takes
   * @return whether connections may be there to accept
   */
  boolean poll(long millis) throws IOException;

  /** Lets {@link #poll} return; any thread may call it. */
  void wakeUp();

  /** The next connection, or null if there is none. */
  @Nullable Link accept() throws IOException;

  /** Watches what {@link #accept} gave, for input until it asks for something else. */
  void watch(Link link, Readiness readiness) throws IOException;

  /** Whether to look for new connections. */
  void awaitConnections(boolean wanted) throws IOException;

  /** Stops listening, and disconnects everybody. */
  void close();
}
