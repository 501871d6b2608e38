package io.muster.store.internal.client;

import io.muster.store.internal.wire.Hello;
import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.RequestEncoder;
import io.muster.store.internal.wire.WireException;
import java.io.Closeable;
import java.io.IOException;

/**
 * A connection for waits, one after the other. A wait that takes too long, or whose thread is
 * interrupted, is withdrawn: the server confirms that it has forgotten the wait before the call
 * returns, or the connection is closed. Any thread may close it.
 */
final class SideConnection implements Closeable {
  private final Connection connection = new Connection();
  private boolean connected;

  /** Writes the request that begins a wait. */
  interface Waiting {
    void begin(RequestEncoder requests) throws IOException;
  }

  /** How a wait ended. */
  enum Outcome {
    CAME,
    TIMED_OUT,
    INTERRUPTED
  }

  /**
   * Waits until the server says so, connecting first if that is still to be done.
   *
   * @param nanos how long to wait; at most a second more is spent on having the end confirmed
   * @return anything but {@link Outcome#CAME} only if the server has confirmed that it has
   *     forgotten the wait
   * @throws CallTimeoutException if the server confirmed nothing in time
   * @throws CallInterruptedException if the thread was interrupted and the server confirmed nothing
   *     in time
   */
  Outcome await(Connector.Connected server, Waiting waiting, long nanos) throws IOException {
    long start = System.nanoTime();
    long toBegin = Math.max(nanos, CallGuard.CONFIRM_NANOS);
    return connection.call(
        start,
        toBegin,
        unused -> {
          boolean sayHello = !connected && server.greeting().hello() != null;
          if (!connected) {
            connection.connect(server.address(), toBegin);
            connection.requests().validate();
            connected = true;
          }
          if (sayHello) {
            connection.sendHello(Hello.REFUSALS);
          }
          waiting.begin(connection.requests());
          connection.flush();
          if (sayHello) {
            Hello unusedHello = connection.readHello();
          }
          return awaitAnswer(start, nanos);
        });
  }

  private Outcome awaitAnswer(long start, long nanos) throws IOException {
    CallGuard guard = connection.guard();
    guard.beginWait(start, nanos, () -> connection.sendApart(RequestEncoder::cancelWait));
    int answer = connection.replies().getByte();
    if (!guard.endWait()) {
      expect(Reply.STOP_WAITING, answer);
      return Outcome.CAME;
    }
    if (answer == Reply.WAIT_CANCELED) {
      return guard.wasInterrupted() ? Outcome.INTERRUPTED : Outcome.TIMED_OUT;
    }
    expect(Reply.STOP_WAITING, answer);
    expect(Reply.WAIT_CANCELED, connection.replies().getByte());
    return Outcome.CAME;
  }

  private static void expect(int wanted, int seen) throws WireException {
    if (seen != wanted) {
      throw new WireException("a wait was answered with " + seen + " instead of " + wanted);
    }
  }

  /** Acts as if the thread that waits were interrupted. */
  void interrupt() {
    connection.guard().interrupt();
  }

  boolean isClosed() {
    return connection.isClosed();
  }

  @Override
  public void close() {
    connection.close();
  }
}
