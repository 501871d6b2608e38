package io.muster.store.internal.client;

import io.muster.store.internal.wire.RefusedException;
import io.muster.store.internal.wire.RequestEncoder;
import io.muster.store.internal.wire.WireInput;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The connection that carries every request that is answered at once or not at all, in program
 * order. Since nothing else writes, whoever has written reads what was written.
 *
 * <p>The kernel has a request when the call returns, also one without an answer: whatever the
 * caller does next, the request is on its way before it.
 *
 * <p>A call that ends by its deadline, an interrupt or an exception of the client's own closes the
 * connection, and so does a server that refuses a request; the next call makes another to the same
 * address. If the server tells that it is another one by now, or if the connection was closed or
 * failed without a reason, it is not replaced: the server that is found might hold other keys.
 */
final class PrimaryConnection implements Closeable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Connector.Connected first;
  private volatile Connection connection;
  private volatile boolean closed;

  /** Why there is no connection any more. Guarded by the lock. */
  private @Nullable IOException lost;

  PrimaryConnection(Connector.Connected connected) {
    this.first = connected;
    this.connection = connected.connection();
  }

  /** Writes requests. */
  interface Requesting {
    void to(RequestEncoder requests) throws IOException;
  }

  /** Reads what the requests are answered with. */
  interface Answer<T> {
    T from(WireInput replies) throws IOException;
  }

  /** Requests and answers that nothing may come between. */
  interface Dialogue<T> {
    T with(Exchange exchange) throws IOException;
  }

  /** Sends requests and reads their answers. */
  interface Exchange {
    <T> T exchange(Requesting request, Answer<T> answer) throws IOException;
  }

  /** Hands requests that have no answer to the kernel. */
  void send(long nanos, Requesting request) throws IOException {
    boolean unused =
        use(
            nanos,
            connection -> {
              request.to(connection.requests());
              connection.flush();
              return true;
            });
  }

  /** Sends requests and waits for their answer. */
  <T> T call(long nanos, Requesting request, Answer<T> answer) throws IOException {
    return use(nanos, connection -> exchange(connection, request, answer));
  }

  /** Holds a dialogue. */
  <T> T call(long nanos, Dialogue<T> dialogue) throws IOException {
    return use(
        nanos,
        connection ->
            dialogue.with(
                new Exchange() {
                  @Override
                  public <A> A exchange(Requesting request, Answer<A> answer) throws IOException {
                    return PrimaryConnection.exchange(connection, request, answer);
                  }
                }));
  }

  private static <T> T exchange(Connection connection, Requesting request, Answer<T> answer)
      throws IOException {
    request.to(connection.requests());
    connection.flush();
    return answer.from(connection.replies());
  }

  /** Closes the connection, also under threads that use it or wait for their turn. */
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

  /** Takes the lock; returns how much of {@code nanos} is left. */
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
      throw new IOException("the connection was lost before: " + earlier.getMessage(), earlier);
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
