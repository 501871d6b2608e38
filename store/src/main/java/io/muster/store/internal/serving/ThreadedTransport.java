package io.muster.store.internal.serving;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Plain sockets, and a thread per connection: a virtual one where the JDK has them. A lock takes
 * the place of the single thread that owns the {@link ServerState}.
 */
public final class ThreadedTransport implements Transport {
  /** Those of the only job, once there is one. */
  private @Nullable AcceptedOptions options;

  private final GuardedState guarded;
  private final RateLimitedLog log = new RateLimitedLog();
  private final ExecutorService threads = Threads.perTask("muster-store");
  private final List<ListenSocket> listeners = new ArrayList<>();
  private final Set<ThreadedConnection> connections = ConcurrentHashMap.newKeySet();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean closed;
  private volatile boolean failed;

  private ThreadedTransport(ServingLimits limits) {
    this.guarded = new GuardedState(new ServerState(limits));
  }

  /** Starts a server without a job. It can have one. */
  public static ThreadedTransport start(ServingLimits limits) {
    return new ThreadedTransport(limits);
  }

  @Override
  public synchronized ServedJob addJob(NewJob job) throws IOException {
    if (job.resetWhenIdle() != null) {
      throw new UnsupportedOperationException(
          "the threaded backend does not reset idle jobs; use the event loop");
    }
    if (options != null) {
      throw new UnsupportedOperationException(
          "the threaded backend serves one job only; use the event loop for several");
    }
    AcceptedOptions accepted = new AcceptedOptions(job.listening());
    options = accepted;
    try {
      listen(job.listening(), accepted);
      return new Job();
    } catch (Throwable e) {
      try {
        close();
      } catch (Throwable closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  @Override
  public boolean awaitEnd() throws InterruptedException {
    ended.await();
    return !failed;
  }

  @Override
  public void close() {
    closed = true;
    closeSockets();
    threads.shutdown();
    Threads.join(threads);
    ended.countDown();
  }

  private void listen(ListenTarget listening, AcceptedOptions accepted) throws IOException {
    listeners.addAll(ListenSockets.open(listening));
    for (ListenSocket listener : listeners) {
      listener.channel().configureBlocking(true);
    }
    for (ListenSocket listener : listeners) {
      threads.execute(() -> accept(listener.channel(), accepted));
    }
  }

  private void accept(ServerSocketChannel listener, AcceptedOptions accepted) {
    while (!closed) {
      try {
        begin(listener.accept().socket(), accepted);
        guarded.state.lastResort.worked();
      } catch (Throwable e) {
        // Too many open files, or no room for one more thread: the next may find room again.
        if (closed || !listener.isOpen()) {
          return;
        }
        boolean hopeless = guarded.state.lastResort.failed(e) && e instanceof Error;
        log.acceptFailed(e);
        if (hopeless) {
          endItself();
        } else {
          Threads.pause();
        }
      }
    }
  }

  private void endItself() {
    failed = true;
    closed = true;
    // Going through the connections needs memory, which may be what there is too little of.
    ended.countDown();
    try {
      closeSockets();
    } catch (Throwable e) {
      log.serverFailed(e);
    }
  }

  private void closeSockets() {
    for (ListenSocket listener : listeners) {
      Closing.quietly(listener.channel());
    }
    for (ThreadedConnection connection : connections) {
      connection.closeSocket();
    }
  }

  private void begin(Socket socket, AcceptedOptions accepted) {
    boolean begun = false;
    try {
      ThreadedConnection connection =
          new ThreadedConnection(socket, guarded, accepted, log, threads);
      connections.add(connection);
      try {
        threads.execute(() -> serve(connection));
        begun = !closed;
      } catch (Throwable e) {
        boolean unusedRemoved = connections.remove(connection);
        throw e;
      }
    } catch (RejectedExecutionException e) {
      // The server is closing.
      return;
    } finally {
      if (!begun) {
        Closing.quietly(socket);
      }
    }
  }

  private void serve(ThreadedConnection connection) {
    try {
      connection.run();
    } finally {
      boolean unusedRemoved = connections.remove(connection);
    }
  }

  private final class Job implements ServedJob {
    @Override
    public List<InetSocketAddress> addresses() {
      return listeners.stream().map(ListenSocket::address).toList();
    }

    @Override
    public ServingStatistics statistics() {
      requireOpen();
      return guarded.statistics();
    }

    @Override
    public List<byte[]> keys() {
      requireOpen();
      return guarded.keys();
    }

    @Override
    public void clear() {
      requireOpen();
      guarded.clear();
    }

    @Override
    public void reset() {
      throw new UnsupportedOperationException(
          "the threaded backend cannot reset a job; use the event loop");
    }

    @Override
    public void remove() {
      throw new UnsupportedOperationException(
          "the threaded backend serves one job only, until the server is closed");
    }

    private void requireOpen() {
      if (closed) {
        throw new IllegalStateException("the server is closed");
      }
    }
  }
}
