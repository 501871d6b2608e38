package io.muster.store.internal.client;

import io.muster.store.internal.wire.RequestEncoder;
import io.muster.store.internal.wire.WireInput;
import io.muster.store.internal.wire.WireOutput;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/**
 * A blocking connection to a server: a socket with the codecs on it. Used by one thread at a time;
 * any thread may close it.
 */
final class Connection implements Closeable {
  private static final int REQUEST_BUFFER = 16 * 1024;

  private final Socket socket;
  private final WireOutput out;
  private final RequestEncoder requests;
  private final WireInput replies;

  private final AnswerWatch watch;

  private Connection(Socket socket) throws IOException {
    this.socket = socket;
    var stream = socket.getOutputStream();
    this.out = new WireOutput(stream::write, REQUEST_BUFFER);
    this.requests = new RequestEncoder(out);
    this.watch = new AnswerWatch(socket.getInputStream(), socket);
    this.replies = new WireInput(watch);
  }

  /**
   * Connects with a socket that outlives the interrupts of the threads using it, if they are
   * platform threads.
   */
  static Connection open(InetSocketAddress address, long timeoutNanos) throws IOException {
    return open(new Socket(), address, timeoutNanos);
  }

  /** Connects with a socket that is closed when the thread using it is interrupted. */
  static Connection openInterruptibly(InetSocketAddress address, long timeoutNanos)
      throws IOException {
    return open(SocketChannel.open().socket(), address, timeoutNanos);
  }

  /** Connects {@code socket}, and closes it if that fails. */
  static Connection open(Socket socket, InetSocketAddress address, long timeoutNanos)
      throws IOException {
    try {
      socket.setTcpNoDelay(true);
      socket.setKeepAlive(true);
      socket.connect(address, millis(timeoutNanos));
      if (socket.getLocalSocketAddress().equals(socket.getRemoteSocketAddress())) {
        // Where nobody listens on a port of the ephemeral range, TCP may connect a socket to
        // itself.
        throw new java.net.ConnectException("Connection refused");
      }
      return new Connection(socket);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** Requests to this connection's server; they are sent by {@link #flush}. */
  RequestEncoder requests() {
    return requests;
  }

  WireInput replies() {
    return replies;
  }

  void flush() throws IOException {
    out.flush();
  }

  /** Sends a short request at once, while another thread reads and none writes. */
  void sendApart(PrimaryConnection.Requesting request) throws IOException {
    WireOutput apart = new WireOutput(socket.getOutputStream()::write, Long.BYTES);
    request.to(new RequestEncoder(apart));
    apart.flush();
  }

  /**
   * Limits how long a read of {@link #replies} may take; it then throws {@link
   * java.net.SocketTimeoutException}, up to an eighth later than that, and leaves the connection
   * closed.
   *
   * @param nanos {@link Long#MAX_VALUE} for no limit
   */
  void readTimeout(long nanos) {
    watch.limit(nanos);
  }

  boolean isClosed() {
    return socket.isClosed();
  }

  @Override
  public void close() {
    watch.close();
  }

  /**
   * Rounded up, so that no limit is reached early; 0, which means none, only where none is meant.
   */
  private static int millis(long nanos) {
    if (nanos == Long.MAX_VALUE) {
      return 0;
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(Math.max(nanos, 1) - 1) + 1;
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }
}
