package io.muster.store.internal.client;

import io.muster.store.internal.wire.RefusedException;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The connection for all requests that the server answers at once or not at all, in program order.
 * All writes go through it, so a thread that has written reads what it wrote.
 *
 * <p>The kernel has the request when a call returns, even if the request has no reply, so it is
 * sent before anything the caller does next.
 *
 * <p>A call that ends by its deadline, an interrupt or a client-side exception closes the
 * connection, and so does a server that refuses a request. The next call then reconnects to the
 * same address. The connection is not replaced if it was closed or failed for any other reason, or
 * if the server at the address identifies itself as a different one, since that server may hold
 * other keys.
 */
final class PrimaryConnection implements Closeable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Connector.Connected first;
  private volatile Connection connection;
  private volatile boolean closed;

  /** Why the connection is unusable. Guarded by the lock. */
  private @Nullable IOException lost;

  PrimaryConnection(Connector.Connected connected) {
    this.first = connected;
    this.connection = connected.connection();
  }

  /** Several exchanges without requests of other threads in between. */
  interface Transaction<T> {
    T run(Exchange exchange) throws IOException;
  }

  /** Sends requests and reads their replies. */
  interface Exchange {
    <T> T exchange(RequestWriter request, ReplyReader<T> reply) throws IOException;
  }

  /** Passes requests without replies to the kernel. */
  void send(long nanos, RequestWriter request) throws IOException {
    boolean unused =
        use(
            nanos,
            connection -> {
              request.writeTo(connection.requests());
              connection.flush();
              return true;
            });
  }

  /** Sends requests and waits for their replies. */
  <T> T call(long nanos, RequestWriter request, ReplyReader<T> reply) throws IOException {
    return use(nanos, connection -> exchange(connection, request, reply));
  }

  /** Runs a transaction. */
  <T> T call(long nanos, Transaction<T> transaction) throws IOException {
    return use(
        nanos,
        connection ->
            transaction.run(
                new Exchange() {
                  @Override
                  public <A> A exchange(RequestWriter request, ReplyReader<A> reply)
                      throws IOException {
                    return PrimaryConnection.exchange(connection, request, reply);
                  }
                }));
  }

  private static <T> T exchange(Connection connection, RequestWriter request, ReplyReader<T> reply)
      throws IOException {
    request.writeTo(connection.requests());
    connection.flush();
    return reply.readFrom(connection.replies());
  }

  /** Closes the connection, even while threads use it or wait for it. */
  @Override
  public void close() {
    closed = true;
    connection.close();
  }

  private <T> T use(long nanos, Connection.Use<T> use) throws IOException {
    long left = lock(nanos);
    try {
      return UninterruptibleIo.run(
          () -> useLocked(left, use), () -> connection.guard().interrupt());
    } finally {
      lock.unlock();
    }
  }

  /** Acquires the lock, and returns how much of {@code nanos} remains. */
  private long lock(long nanos) throws IOException {
    if (lock.tryLock()) {
      return nanos;
    }
    long start = System.nanoTime();
    try {
      if (!lock.tryLock(nanos, TimeUnit.NANOSECONDS)) {
        throw new CallTimeoutException("other calls kept the connection busy", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(e);
    }
    return nanos == Long.MAX_VALUE ? nanos : Math.max(1, nanos - (System.nanoTime() - start));
  }

  private <T> T useLocked(long nanos, Connection.Use<T> use) throws IOException {
    IOException earlier = lost;
    if (earlier != null) {
      throw new IOException("the connection was lost earlier: " + earlier.getMessage(), earlier);
    }
    try {
      if (!connection.isClosed()) {
        return connection.call(nanos, use);
      }
      long start = System.nanoTime();
      Connection replacement = reconnect(nanos);
      long left = nanos == Long.MAX_VALUE ? nanos : nanos - (System.nanoTime() - start);
      return replacement.call(Math.max(1, left), use);
    } catch (CallTimeoutException | CallInterruptedException | RefusedException e) {
      throw e;
    } catch (IOException e) {
      lost = e;
      throw e;
    }
  }

  private Connection reconnect(long nanos) throws IOException {
    Connection replacement = new Connection();
    connection = replacement;
    if (closed) {
      replacement.close();
      throw new SocketException("the store is closed");
    }
    Handshake.Greeting greeting = Handshake.shakeHands(replacement, first.address(), nanos);
    if (!greeting.mayBeOfSame(first.greeting())) {
      replacement.close();
      throw new IOException("another server listens on " + first.address() + " now");
    }
    return replacement;
  }
}
