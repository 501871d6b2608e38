package io.muster.store.internal.client;

import io.muster.store.internal.wire.RequestEncoder;
import io.muster.store.internal.wire.WireInput;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The connection that carries every request that is answered at once or not at all, in program
 * order. Since nothing else writes, whoever has written reads what was written.
 *
 * <p>A request without an answer is sent at once, unless one was sent a moment ago: a burst of them
 * is collected and sent together, by the next answered request, when the buffer is full, or by a
 * thread of its own after {@link #BURST_NANOS}. That thread keeps the JVM alive until it has sent
 * them.
 */
final class PrimaryConnection implements Closeable {
  private static final long BURST_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final long FLUSHER_IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition unsent = lock.newCondition();
  private final Connection connection;
  private long lastSend = System.nanoTime() - BURST_NANOS;
  private boolean flusherRuns;
  private boolean flusherRests;
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

  /** Sends requests that have no answer. */
  void send(Requesting request) throws IOException {
    guarded(
        () -> {
          request.to(connection.requests());
          long now = System.nanoTime();
          boolean inBurst = now - lastSend < BURST_NANOS;
          lastSend = now;
          if (!inBurst) {
            connection.flush();
          } else if (connection.hasUnsent()) {
            flushSoon();
          }
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

  /** Sends what is unsent, if the connection still works, and closes it. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (broken == null) {
        connection.flush();
      }
    } catch (IOException e) {
      broken = e;
    } finally {
      lock.unlock();
      connection.close();
    }
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

  private void flushSoon() {
    if (!flusherRuns) {
      flusherRuns = true;
      new Thread(this::flushBursts, "muster-store-flush").start();
    } else if (flusherRests) {
      unsent.signal();
    }
  }

  private void flushBursts() {
    lock.lock();
    try {
      while (broken == null) {
        if (!connection.hasUnsent()) {
          flusherRests = true;
          long left = unsent.awaitNanos(FLUSHER_IDLE_NANOS);
          flusherRests = false;
          if (left <= 0 && !connection.hasUnsent()) {
            return;
          }
        }
        long left = BURST_NANOS;
        while (left > 0) {
          left = unsent.awaitNanos(left);
        }
        connection.flush();
      }
    } catch (IOException e) {
      broken = e;
      connection.close();
    } catch (InterruptedException e) {
      // Nobody has this thread to interrupt it; the next send starts another.
      Thread.currentThread().interrupt();
    } finally {
      flusherRuns = false;
      flusherRests = false;
      lock.unlock();
    }
  }
}
