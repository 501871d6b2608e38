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
 * Connections beside the primary one: one for each thread that waits, kept for the next wait
 * afterwards, as long as few wait or the server does not number waits; one for many otherwise. A
 * wait only learns that something is there; values are read and items are taken on the primary
 * connection.
 */
final class SideConnections implements Closeable {
  private static final int KEPT_IDLE = 4;

  /** So many waits have connections of their own, which is the fastest; more share one. */
  private static final int MOST_ALONE = 8;

  private final Connector.Connected server;
  private final Deque<SideConnection> idle = new ArrayDeque<>();
  private final Semaphore alone = new Semaphore(MOST_ALONE);
  private final List<SharedWaits> shared = new ArrayList<>();
  private final Set<Closeable> busy = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  SideConnections(Connector.Connected server) {
    this.server = server;
  }

  /**
   * Waits until the server says so.
   *
   * @return false if it did not for {@code nanos}; the wait is cancelled on the server then
   * @throws CallInterruptedException if the thread is interrupted; the wait is cancelled on the
   *     server then, or its connection is closed
   */
  boolean await(SideConnection.Waiting waiting, long nanos) throws IOException {
    requireNoInterrupt();
    return awaitAlone(waiting, nanos, null);
  }

  /** The same, for a wait that a server may number, of these keys. */
  boolean awaitNumbered(SideConnection.Waiting waiting, List<byte[]> keys, long nanos)
      throws IOException {
    return awaitNumbered(waiting, keys, nanos, null);
  }

  /**
   * The same, for an item of a queue. If it comes, {@code taking} takes it before the server learns
   * that the wait is over; if it fails to, the server wakes another who waits for the item.
   */
  boolean awaitItem(
      SideConnection.Waiting waiting, byte[] queue, long nanos, SharedWaits.Taking taking)
      throws IOException {
    return awaitNumbered(waiting, List.of(queue), nanos, taking);
  }

  private boolean awaitNumbered(
      SideConnection.Waiting waiting,
      List<byte[]> keys,
      long nanos,
      SharedWaits.@Nullable Taking taking)
      throws IOException {
    requireNoInterrupt();
    if (!SharedWaits.suits(server, keys)) {
      return awaitAlone(waiting, nanos, taking);
    }
    if (alone.tryAcquire()) {
      try {
        return awaitAlone(waiting, nanos, taking);
      } finally {
        alone.release();
      }
    }
    long start = System.nanoTime();
    SharedWaits.Outcome outcome = awaitShared(waiting, nanos, taking);
    if (outcome == SharedWaits.Outcome.REFUSED) {
      long left = nanos == Long.MAX_VALUE ? nanos : nanos - (System.nanoTime() - start);
      return awaitAlone(waiting, left, taking);
    }
    return outcome == SharedWaits.Outcome.CAME;
  }

  private SharedWaits.Outcome awaitShared(
      SideConnection.Waiting waiting, long nanos, SharedWaits.@Nullable Taking taking)
      throws IOException {
    while (true) {
      SharedWaits waits = enterShared();
      try {
        SharedWaits.Outcome outcome = waits.await(waiting, nanos, taking);
        if (outcome != SharedWaits.Outcome.NOT_BEGUN) {
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

  private boolean awaitAlone(
      SideConnection.Waiting waiting, long nanos, SharedWaits.@Nullable Taking taking)
      throws IOException {
    SideConnection connection = takeIdle();
    boolean reusable = false;
    try {
      enter(connection);
      SideConnection.Outcome outcome =
          UninterruptibleIo.run(
              () -> connection.await(server, waiting, nanos), connection::interrupt);
      if (outcome == SideConnection.Outcome.CAME && taking != null) {
        taking.take();
      }
      reusable = true;
      if (outcome == SideConnection.Outcome.INTERRUPTED) {
        throw new CallInterruptedException(null);
      }
      return outcome == SideConnection.Outcome.CAME;
    } finally {
      busy.remove(connection);
      if (!reusable || !keep(connection)) {
        connection.close();
      }
    }
  }

  /** Talks to the server outside the order of the primary connection, on a new connection. */
  <T> T talkOnce(long nanos, Connection.Use<T> talk) throws IOException {
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
                      return talk.with(connection);
                    }),
            () -> connection.guard().interrupt());
      } finally {
        busy.remove(connection);
      }
    }
  }

  /** From now on {@link #close} closes {@code connection}. */
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

  /** Closes all of them, also under threads that wait. */
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
