package io.muster.store.internal.client;

import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.RequestEncoder;
import io.muster.store.internal.wire.WireException;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connections beside the primary one: one for each thread that waits, kept for the next wait
 * afterwards. A wait only learns that something is there; values are read on the primary
 * connection.
 */
final class SideConnections implements Closeable {
  private static final int KEPT_IDLE = 4;

  /**
   * How long a server may take to confirm that a wait is cancelled before its connection is given
   * up instead.
   */
  private static final long CANCEL_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final InetSocketAddress address;
  private final long connectNanos;
  private final Deque<Connection> idle = new ArrayDeque<>();
  private final Set<Connection> busy = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  SideConnections(InetSocketAddress address, long connectNanos) {
    this.address = address;
    this.connectNanos = connectNanos;
  }

  /** Writes the request that begins a wait. */
  interface Waiting {
    void begin(RequestEncoder requests) throws IOException;
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
  boolean await(Waiting waiting, long nanos) throws IOException {
    return talk(connection -> await(connection, waiting, nanos));
  }

  /** Talks on a connection of its own, which is closed if that fails. */
  private <T> T talk(Talk<T> talk) throws IOException {
    Connection connection = take();
    boolean reusable = false;
    try {
      T result = talk.with(connection);
      reusable = true;
      return result;
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
          try (Connection connection = begun(Connection.open(address, connectNanos))) {
            return talk.with(connection);
          }
        });
  }

  private static boolean await(Connection connection, Waiting waiting, long nanos)
      throws IOException {
    long start = System.nanoTime();
    waiting.begin(connection.requests());
    connection.flush();
    long left = nanos == Long.MAX_VALUE ? nanos : nanos - (System.nanoTime() - start);
    connection.readTimeout(left);
    try {
      expect(Reply.STOP_WAITING, connection.replies().getByte());
      return true;
    } catch (SocketTimeoutException e) {
      return cancel(connection);
    }
  }

  /** Cancels a wait; true if it ended in the same moment. */
  private static boolean cancel(Connection connection) throws IOException {
    connection.requests().cancelWait();
    connection.flush();
    connection.readTimeout(CANCEL_NANOS);
    try {
      return endedWhileCancelled(connection);
    } catch (SocketTimeoutException e) {
      // A server forgets the wait of a connection that is gone, when it gets to it.
      connection.close();
      return false;
    }
  }

  private static boolean endedWhileCancelled(Connection connection) throws IOException {
    int first = connection.replies().getByte();
    if (first == Reply.WAIT_CANCELED) {
      return false;
    }
    expect(Reply.STOP_WAITING, first);
    expect(Reply.WAIT_CANCELED, connection.replies().getByte());
    return true;
  }

  private static void expect(int wanted, int seen) throws WireException {
    if (seen != wanted) {
      throw new WireException("a wait was answered with " + seen + " instead of " + wanted);
    }
  }

  private Connection take() throws IOException {
    Connection connection = takeIdle();
    if (connection == null) {
      connection = begun(Connection.openInterruptibly(address, connectNanos));
    }
    busy.add(connection);
    if (closed) {
      connection.close();
    }
    return connection;
  }

  private static Connection begun(Connection connection) throws IOException {
    connection.requests().validate();
    return connection;
  }

  private synchronized @Nullable Connection takeIdle() {
    return idle.pollLast();
  }

  private synchronized boolean keep(Connection connection) {
    return !closed && !connection.isClosed() && idle.size() < KEPT_IDLE && idle.add(connection);
  }

  /** Closes all of them, also under threads that wait. */
  @Override
  public void close() {
    closed = true;
    synchronized (this) {
      idle.forEach(Connection::close);
      idle.clear();
    }
    busy.forEach(Connection::close);
  }
}
