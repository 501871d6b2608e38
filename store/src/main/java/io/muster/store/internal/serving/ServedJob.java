package io.muster.store.internal.serving;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * A job of a {@link Transport}: a keyspace with listening sockets of its own. Methods block until
 * the request that is being served has been served. Thread-safe.
 */
public interface ServedJob {
  /** The addresses it listens on, at least one, all with the same port. */
  List<InetSocketAddress> addresses();

  /**
   * The current counts.
   *
   * @throws IllegalStateException if the job or the server has ended
   */
  ServingStatistics statistics();

  /**
   * The keys that have a value, in no particular order.
   *
   * @return arrays that must not be modified
   * @throws IllegalStateException if the job or the server has ended
   */
  List<byte[]> keys();

  /**
   * Deletes all keys and queues. Clients stay connected, and those that wait go on waiting.
   *
   * @throws IllegalStateException if the job or the server has ended
   */
  void clear();

  /**
   * Disconnects all clients, and deletes all keys and queues. No request of a client that is
   * connected now, or connects before the keys are deleted, is served after it returns.
   *
   * @throws IllegalStateException if the job or the server has ended
   * @throws UnsupportedOperationException if the transport serves one job only
   */
  void reset();

  /**
   * Stops listening, disconnects all clients, and deletes all keys and queues. Has no effect if the
   * job or the server has ended.
   *
   * @throws UnsupportedOperationException if the transport serves one job only
   */
  void remove();
}
