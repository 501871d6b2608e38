package io.muster.store.internal.client;

import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.RequestEncoder;
import io.muster.store.internal.wire.WireException;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection for waits, one after the other. A wait that takes too long is cancelled by another
 * thread: the JDK's own limit, {@code SO_TIMEOUT}, would cost each wait six system calls more, two
 * of them between the server's answer and the end of the wait.
 *
 * <p>An interrupt of the thread that waits closes the connection. Any thread may close it.
 */
final class SideConnection implements Closeable {
  /**
   * How long a server may take to confirm that a wait is cancelled before its connection is given
   * up instead.
   */
  private static final long CANCEL_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Connection connection;

  /** The rest is guarded by this object: whether a wait is under way, and until when it may be. */
  private boolean waits;

  private long deadline;
  private boolean cancelled;

  /** The next look at the deadline, if one is due. It may outlast the wait that it was for. */
  private @Nullable ScheduledFuture<?> look;

  private SideConnection(Connection connection) {
    this.connection = connection;
  }

  /** Writes the request that begins a wait. */
  interface Waiting {
    void begin(RequestEncoder requests) throws IOException;
  }

  static SideConnection open(InetSocketAddress address, long timeoutNanos) throws IOException {
    Connection connection = Connection.openInterruptibly(address, timeoutNanos);
    connection.requests().validate();
    return new SideConnection(connection);
  }

  /**
   * Waits until the server says so.
   *
   * @return false if it did not for {@code nanos}; the wait is cancelled on the server then
   * @throws java.nio.channels.ClosedByInterruptException if the thread is interrupted; the wait is
   *     cancelled on the server then
   */
  boolean await(Waiting waiting, long nanos) throws IOException {
    long start = System.nanoTime();
    waiting.begin(connection.requests());
    connection.flush();
    begin(start + Math.min(nanos, Long.MAX_VALUE / 2));
    try {
      int answer = connection.replies().getByte();
      if (!end()) {
        return expect(Reply.STOP_WAITING, answer);
      }
      return answer != Reply.WAIT_CANCELED
          && expect(Reply.STOP_WAITING, answer)
          && expect(Reply.WAIT_CANCELED, connection.replies().getByte());
    } catch (SocketTimeoutException e) {
      // A server forgets the wait of a connection that is gone, when it gets to it.
      return false;
    } finally {
      if (end()) {
        connection.readTimeout(Long.MAX_VALUE);
      }
    }
  }

  private synchronized void begin(long deadline) {
    this.deadline = deadline;
    waits = true;
    cancelled = false;
    long left = deadline - System.nanoTime();
    if (look == null || look.getDelay(TimeUnit.NANOSECONDS) > left) {
      lookAfter(left);
    }
  }

  /** Whether the wait that is over was cancelled. */
  private synchronized boolean end() {
    waits = false;
    return cancelled;
  }

  private synchronized void lookAfter(long nanos) {
    if (look != null) {
      look.cancel(false);
    }
    look = WatchThread.EXECUTOR.schedule(this::look, nanos, TimeUnit.NANOSECONDS);
  }

  private synchronized void look() {
    look = null;
    // One that was replaced in the moment it began comes as well.
    if (!waits || cancelled) {
      return;
    }
    long left = deadline - System.nanoTime();
    if (left > 0) {
      lookAfter(left);
      return;
    }
    cancelled = true;
    connection.readTimeout(CANCEL_NANOS);
    InterruptShield.runElsewhere(this::cancel);
  }

  private void cancel() {
    try {
      connection.sendApart(RequestEncoder::cancelWait);
    } catch (IOException e) {
      // The connection is broken. Who reads from it shall learn how, and not that it was closed.
      return;
    }
  }

  private static boolean expect(int wanted, int seen) throws WireException {
    if (seen != wanted) {
      throw new WireException("a wait was answered with " + seen + " instead of " + wanted);
    }
    return true;
  }

  boolean isClosed() {
    return connection.isClosed();
  }

  @Override
  public void close() {
    synchronized (this) {
      if (look != null) {
        look.cancel(false);
        look = null;
      }
    }
    connection.close();
  }
}
