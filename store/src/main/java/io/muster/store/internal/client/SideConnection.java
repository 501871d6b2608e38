package io.muster.store.internal.client;

import io.muster.store.internal.wire.Hello;
import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.RequestEncoder;
import io.muster.store.internal.wire.WireException;
import java.io.Closeable;
import java.io.IOException;

/**
 * A connection for waits, one after the other. A wait that times out, or whose thread is
 * interrupted, is withdrawn: the server confirms that it removed the wait before the call returns,
 * or the connection is closed. Any thread may close it.
 */
final class SideConnection implements Closeable {
  private final Connection connection = new Connection();
  private boolean connected;

  /** How a wait ended. */
  enum Outcome {
    COMPLETED,
    TIMED_OUT,
    INTERRUPTED
  }

  /**
   * Waits until the server replies. Connects first if necessary.
   *
   * @param nanos how long to wait; confirming the end takes at most one second more
   * @return an outcome other than {@link Outcome#COMPLETED} only if the server has confirmed that
   *     it removed the wait
   * @throws CallTimeoutException if the server did not confirm in time
   * @throws CallInterruptedException if the thread was interrupted and the server did not confirm
   *     in time
   */
  Outcome await(Connector.Connected server, RequestWriter wait, long nanos) throws IOException {
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
          wait.writeTo(connection.requests());
          connection.flush();
          if (sayHello) {
            Hello unusedHello = connection.readHello();
          }
          return awaitReply(start, nanos);
        });
  }

  private Outcome awaitReply(long start, long nanos) throws IOException {
    CallGuard guard = connection.guard();
    guard.beginWait(start, nanos, () -> connection.sendConcurrently(RequestEncoder::cancelWait));
    int reply = connection.replies().getByte();
    if (!guard.endWait()) {
      expect(Reply.STOP_WAITING, reply);
      return Outcome.COMPLETED;
    }
    if (reply == Reply.WAIT_CANCELED) {
      return guard.wasInterrupted() ? Outcome.INTERRUPTED : Outcome.TIMED_OUT;
    }
    expect(Reply.STOP_WAITING, reply);
    expect(Reply.WAIT_CANCELED, connection.replies().getByte());
    return Outcome.COMPLETED;
  }

  private static void expect(int wanted, int seen) throws WireException {
    if (seen != wanted) {
      throw new WireException("unexpected reply " + seen + " to a wait; expected " + wanted);
    }
  }

  /** Handles an interrupt of the waiting thread. */
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
