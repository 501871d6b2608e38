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
          send(server, toBegin, wait);
          return awaitReply(start, nanos);
        });
  }

  /** Sends a request that the server answers at once. Connects first if necessary. */
  <T> T call(Connector.Connected server, long nanos, RequestWriter request, ReplyReader<T> reply)
      throws IOException {
    return connection.call(
        nanos,
        unused -> {
          send(server, nanos, request);
          return reply.readFrom(connection.replies());
        });
  }

  private void send(Connector.Connected server, long nanos, RequestWriter request)
      throws IOException {
    boolean sayHello = !connected && server.greeting().hello() != null;
    if (!connected) {
      connection.connect(server.address(), nanos);
      connection.requests().validate();
      connected = true;
    }
    if (sayHello) {
      connection.sendHello(Hello.REFUSALS);
    }
    request.writeTo(connection.requests());
    connection.flush();
    if (sayHello) {
      requireSame(server, connection.readHello());
    }
  }

  /** Another server may listen at the address now, which has other keys. */
  private static void requireSame(Connector.Connected server, Hello hello) throws IOException {
    Handshake.Greeting greeting = new Handshake.Greeting(server.server(), hello);
    if (!greeting.mayBeOfSame(server.greeting())) {
      throw new IOException("another server listens on " + server.address() + " now");
    }
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
