package io.muster.store.internal.client;

import io.muster.store.internal.concurrent.Closeables;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The connections for waits. A few waits have a dedicated connection each, which is kept for the
 * next wait. Further waits share connections if the server supports numbered waits. A wait only
 * learns that a key or an item is there; values are read and items are popped on the primary
 * connection.
 */
final class SideConnections implements Closeable {
  private static final int KEPT_IDLE = 4;

  /**
   * The number of waits with a dedicated connection, which has the lowest latency. Further waits
   * share.
   */
  private static final int MAX_DEDICATED = 8;

  private final Connector.Connected server;
  private final Deque<SideConnection> idle = new ArrayDeque<>();
  private final Semaphore dedicated = new Semaphore(MAX_DEDICATED);
  private final List<SharedWaits> shared = new ArrayList<>();
  private final Set<Closeable> busy = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  SideConnections(Connector.Connected server) {
    this.server = server;
  }

  /**
   * Waits on a dedicated connection until the server replies.
   *
   * @param wait writes the request that waits
   * @return false if there was no reply within {@code nanos}; the wait is then withdrawn
   * @throws CallInterruptedException if the thread is interrupted; the wait is then withdrawn, or
   *     its connection is closed
   */
  boolean await(RequestWriter wait, long nanos) throws IOException {
    requireNoInterrupt();
    return awaitDedicated(wait, nanos, null);
  }

  /**
   * The same, on a shared connection if other threads occupy the dedicated ones, and the server
   * supports numbered waits for these keys.
   */
  boolean awaitNumbered(RequestWriter wait, List<byte[]> keys, long nanos) throws IOException {
    return awaitNumbered(wait, keys, nanos, null);
  }

  /**
   * The same, for an item of a queue. {@code pop} pops the item before the server is told that the
   * wait has ended. If it fails, the server wakes another waiter for the item.
   */
  boolean awaitItem(RequestWriter wait, byte[] queue, long nanos, SharedWaits.ItemPop pop)
      throws IOException {
    return awaitNumbered(wait, List.of(queue), nanos, pop);
  }

  private boolean awaitNumbered(
      RequestWriter wait, List<byte[]> keys, long nanos, SharedWaits.@Nullable ItemPop pop)
      throws IOException {
    requireNoInterrupt();
    if (!SharedWaits.suits(server, keys)) {
      return awaitDedicated(wait, nanos, pop);
    }
    if (dedicated.tryAcquire()) {
      try {
        return awaitDedicated(wait, nanos, pop);
      } finally {
        dedicated.release();
      }
    }
    long start = System.nanoTime();
    SharedWaits.Outcome outcome = awaitShared(wait, nanos, pop);
    if (outcome == SharedWaits.Outcome.REFUSED) {
      long left = nanos == Long.MAX_VALUE ? nanos : nanos - (System.nanoTime() - start);
      return awaitDedicated(wait, left, pop);
    }
    return outcome == SharedWaits.Outcome.COMPLETED;
  }

  private SharedWaits.Outcome awaitShared(
      RequestWriter wait, long nanos, SharedWaits.@Nullable ItemPop pop) throws IOException {
    while (true) {
      SharedWaits waits = enterShared();
      try {
        SharedWaits.Outcome outcome = waits.await(wait, nanos, pop);
        if (outcome != SharedWaits.Outcome.NOT_STARTED) {
          return outcome;
        }
      } finally {
        waits.leave();
      }
    }
  }

  private synchronized SharedWaits enterShared() throws IOException {
    if (closed) {
      throw new SocketException("the store is closed");
    }
    for (SharedWaits waits : shared) {
      if (waits.enter()) {
        return waits;
      }
    }
    shared.removeIf(SharedWaits::isClosed);
    SharedWaits waits = new SharedWaits(server);
    boolean unusedRoom = waits.enter();
    shared.add(waits);
    return waits;
  }

  private static void requireNoInterrupt() throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new CallInterruptedException(null);
    }
  }

  private boolean awaitDedicated(RequestWriter wait, long nanos, SharedWaits.@Nullable ItemPop pop)
      throws IOException {
    SideConnection connection = takeIdle();
    boolean reusable = false;
    try {
      enter(connection);
      SideConnection.Outcome outcome =
          UninterruptibleIo.run(() -> connection.await(server, wait, nanos), connection::interrupt);
      if (outcome == SideConnection.Outcome.COMPLETED && pop != null) {
        pop.run();
      }
      reusable = true;
      if (outcome == SideConnection.Outcome.INTERRUPTED) {
        throw new CallInterruptedException(null);
      }
      return outcome == SideConnection.Outcome.COMPLETED;
    } finally {
      busy.remove(connection);
      if (!reusable || !keep(connection)) {
        connection.close();
      }
    }
  }

  /** Returns a connection for watching keys with a prefix, which {@link #close} closes too. */
  WatchConnection watch(byte[] prefix) throws IOException {
    WatchConnection watch = new WatchConnection(this, server, prefix);
    enter(watch);
    return watch;
  }

  /** A connection from {@link #watch} is closed. */
  void left(WatchConnection watch) {
    busy.remove(watch);
  }

  /** Uses a side connection. */
  <T> T run(SideConnection connection, UninterruptibleIo.Io<T> io) throws IOException {
    requireNoInterrupt();
    if (closed) {
      throw new SocketException("the store is closed");
    }
    return UninterruptibleIo.run(io, connection::interrupt);
  }

  /** Calls the server on a new connection, outside the order of the primary connection. */
  <T> T callOnce(long nanos, Connection.Use<T> use) throws IOException {
    try (Connection connection = new Connection()) {
      enter(connection);
      try {
        return UninterruptibleIo.run(
            () ->
                connection.call(
                    nanos,
                    unused -> {
                      connection.connect(server.address(), nanos);
                      connection.requests().validate();
                      return use.with(connection);
                    }),
            () -> connection.guard().interrupt());
      } finally {
        busy.remove(connection);
      }
    }
  }

  /** Registers a connection for {@link #close}. */
  private void enter(Closeable connection) throws IOException {
    busy.add(connection);
    if (closed) {
      connection.close();
      throw new SocketException("the store is closed");
    }
  }

  private synchronized SideConnection takeIdle() {
    @Nullable SideConnection kept = idle.pollLast();
    return kept == null ? new SideConnection() : kept;
  }

  private synchronized boolean keep(SideConnection connection) {
    return !closed && !connection.isClosed() && idle.size() < KEPT_IDLE && idle.add(connection);
  }

  /** Closes all connections, even while threads wait on them. */
  @Override
  public void close() {
    closed = true;
    synchronized (this) {
      idle.forEach(SideConnection::close);
      idle.clear();
      shared.forEach(SharedWaits::close);
      shared.clear();
    }
    for (Closeable connection : busy) {
      Closeables.closeQuietly(connection);
    }
  }
}
