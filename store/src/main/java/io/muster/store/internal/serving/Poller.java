package io.muster.store.internal.serving;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The listening sockets, and which sockets are ready. All methods but {@link #wakeUp} are called by
 * one thread.
 */
interface Poller {
  /** Receives the readiness of a connection. */
  interface Readiness {
    void ready(boolean input, boolean output);
  }

  /** The listening sockets of one job. */
  interface Listener {
    /** The addresses of the sockets. Any thread may call it. */
    List<InetSocketAddress> addresses();

    /** The next connection, or null if there is none, so far as the last poll has seen. */
    @Nullable NonBlockingSocket accept() throws IOException;

    /** Stops listening. */
    void close();
  }

  /**
   * Polls further listening sockets from now on.
   *
   * @param sockets are closed if this throws
   * @param options of the accepted sockets
   */
  Listener listen(List<ListenSocket> sockets, AcceptedOptions options) throws IOException;

  /**
   * Waits until a socket is ready, and calls the {@link Readiness} of each ready socket.
   *
   * @param millis how long to wait at most; 0 does not wait, -1 waits without limit
   * @return whether connections may be there to accept
   */
  boolean poll(long millis) throws IOException;

  /** Makes {@link #poll} return. Any thread may call it. */
  void wakeUp();

  /**
   * Watches a socket that {@link Listener#accept} returned, for input until its interest is
   * changed.
   */
  void watch(NonBlockingSocket socket, Readiness readiness) throws IOException;

  /** Sets whether {@link #poll} looks for new connections. */
  void setAccepting(boolean accepting) throws IOException;

  /** Stops listening, and closes all connections. */
  void close();
}
