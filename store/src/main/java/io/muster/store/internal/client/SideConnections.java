package io.muster.store.internal.client;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Connections beside the primary one: one for each thread that waits, kept for the next wait
 * afterwards. A wait only learns that something is there; values are read on the primary
 * connection.
 */
final class SideConnections implements Closeable {
  private static final int KEPT_IDLE = 4;

  private final InetSocketAddress address;
  private final long connectNanos;
  private final Deque<SideConnection> idle = new ArrayDeque<>();
  private final Set<SideConnection> busy = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  SideConnections(InetSocketAddress address, long connectNanos) {
    this.address = address;
    this.connectNanos = connectNanos;
  }

  /** Talks to the server outside the order of the primary connection. */
  interface Talk<T> {
    T with(Connection connection) throws IOException;
  }

  /**
   * Waits until the server says so.
   *
   * @return false if it did not for {@code nanos}; the wait is cancelled on the server then
   * @throws java.nio.channels.ClosedByInterruptException if the thread is interrupted; the wait is
   *     cancelled on the server then
   */
  boolean await(SideConnection.Waiting waiting, long nanos) throws IOException {
    SideConnection connection = take();
    boolean reusable = false;
    try {
      boolean came = connection.await(waiting, nanos);
      reusable = true;
      return came;
    } finally {
      busy.remove(connection);
      if (!reusable || !keep(connection)) {
        connection.close();
      }
    }
  }

  /** Talks on a connection for this one time, which no interrupt of the thread closes. */
  <T> T talkOnce(Talk<T> talk) throws IOException {
    return InterruptShield.run(
        () -> {
          try (Connection connection = Connection.open(address, connectNanos)) {
            connection.requests().validate();
            return talk.with(connection);
          }
        });
  }

  private SideConnection take() throws IOException {
    SideConnection connection = takeIdle();
    if (connection == null) {
      connection = SideConnection.open(address, connectNanos);
    }
    busy.add(connection);
    if (closed) {
      connection.close();
    }
    return connection;
  }

  private synchronized @Nullable SideConnection takeIdle() {
    return idle.pollLast();
  }

  private synchronized boolean keep(SideConnection connection) {
    return !closed && !connection.isClosed() && idle.size() < KEPT_IDLE && idle.add(connection);
  }

  /** Closes all of them, also under threads that wait. */
  @Override
  public void close() {
    closed = true;
    synchronized (this) {
      idle.forEach(SideConnection::close);
      idle.clear();
    }
    busy.forEach(SideConnection::close);
  }
}
