package io.muster.store.internal.client;

import io.muster.store.internal.wire.RequestEncoder;
import io.muster.store.internal.wire.WireInput;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The connection that carries every request that is answered at once or not at all, in program
 * order. Since nothing else writes, whoever has written reads what was written.
 *
 * <p>The kernel has a request when the call returns, also one without an answer: whatever the
 * caller does next, the request is on its way before it.
 */
final class PrimaryConnection implements Closeable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Connection connection;
  private @Nullable IOException broken;

  PrimaryConnection(Connection connection) {
    this.connection = connection;
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
  void send(Requesting request) throws IOException {
    guarded(
        () -> {
          request.to(connection.requests());
          connection.flush();
          return true;
        });
  }

  /** Sends requests and waits for their answer. */
  <T> T call(Requesting request, Answer<T> answer) throws IOException {
    return guarded(() -> exchange(request, answer));
  }

  /** Holds a dialogue. */
  <T> T call(Dialogue<T> dialogue) throws IOException {
    return guarded(
        () ->
            dialogue.with(
                new Exchange() {
                  @Override
                  public <A> A exchange(Requesting request, Answer<A> answer) throws IOException {
                    return PrimaryConnection.this.exchange(request, answer);
                  }
                }));
  }

  /** Closes the connection, also under threads that use it. */
  @Override
  public void close() {
    connection.close();
  }

  private <T> T exchange(Requesting request, Answer<T> answer) throws IOException {
    request.to(connection.requests());
    connection.flush();
    return answer.from(connection.replies());
  }

  private <T> T guarded(InterruptShield.Io<T> io) throws IOException {
    return InterruptShield.run(() -> locked(io));
  }

  /**
   * After a failure nobody knows where the next answer begins: the connection is never used again.
   */
  private <T> T locked(InterruptShield.Io<T> io) throws IOException {
    lock.lock();
    try {
      IOException earlier = broken;
      if (earlier != null) {
        throw new IOException("the connection was lost before: " + earlier.getMessage(), earlier);
      }
      return io.run();
    } catch (IOException e) {
      if (broken == null) {
        broken = e;
        connection.close();
      }
      throw e;
    } finally {
      lock.unlock();
    }
  }
}
