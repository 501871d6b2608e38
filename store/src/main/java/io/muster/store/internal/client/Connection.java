package io.muster.store.internal.client;

import io.muster.store.internal.socket.KeepAlive;
import io.muster.store.internal.wire.Hello;
import io.muster.store.internal.wire.RefusedException;
import io.muster.store.internal.wire.RequestEncoder;
import io.muster.store.internal.wire.WireInput;
import io.muster.store.internal.wire.WireOutput;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;

/**
 * A blocking connection to a server: a socket with its codecs. Each use runs within a {@link
 * #call}, one at a time. Any thread may close the connection. A failed call closes it, because the
 * position of the next reply is unknown.
 */
final class Connection implements Closeable {
  private static final int REQUEST_BUFFER = 16 * 1024;

  private final Socket socket;
  private final CallGuard guard;

  /** Guards writes that run while another thread reads. */
  private final CallGuard writeGuard;

  private final WireOutput out;
  private final RequestEncoder requests;
  private final WireInput replies;

  /** Creates a connection that {@link #connect} connects. */
  Connection() {
    this(new Socket());
  }

  Connection(Socket socket) {
    this.socket = socket;
    this.guard = new CallGuard(socket);
    this.writeGuard = new CallGuard(socket);
    this.out = new WireOutput(this::write, REQUEST_BUFFER);
    this.requests = new RequestEncoder(out);
    this.replies = new WireInput(new Replies());
  }

  /** An operation on a connection. */
  interface Use<T> {
    T with(Connection connection) throws IOException;
  }

  /**
   * Runs an operation. A virtual thread must not call this directly, because an interrupt would
   * close the socket; see {@link UninterruptibleIo}.
   *
   * @param nanos how long the call may take in total; {@link Long#MAX_VALUE} for no limit
   * @throws CallTimeoutException if the call took longer
   * @throws CallInterruptedException if the thread was interrupted and the server did not reply
   *     soon
   */
  <T> T call(long nanos, Use<T> use) throws IOException {
    return call(System.nanoTime(), nanos, use);
  }

  /** The same, with {@code nanos} counted from {@code start}, a {@link System#nanoTime}. */
  <T> T call(long start, long nanos, Use<T> use) throws IOException {
    boolean intact = false;
    try {
      guard.begin(start, nanos);
      T result = use.with(this);
      intact = true;
      return result;
    } catch (IOException e) {
      throw guard.explain(reasonOf(e));
    } finally {
      guard.end();
      if (!intact) {
        close();
      }
    }
  }

  /**
   * Runs an operation that only writes while another thread reads within a {@link #call}. One such
   * operation runs at a time.
   */
  <T> T writeConcurrently(long nanos, Use<T> use) throws IOException {
    boolean intact = false;
    try {
      writeGuard.begin(System.nanoTime(), nanos);
      T result = use.with(this);
      intact = true;
      return result;
    } catch (IOException e) {
      throw writeGuard.explain(e);
    } finally {
      writeGuard.end();
      if (!intact) {
        close();
      }
    }
  }

  /** Connects. Must run within a {@link #call}. */
  void connect(InetSocketAddress address, long nanos) throws IOException {
    socket.setTcpNoDelay(true);
    KeepAlive.DEFAULT.apply(socket);
    socket.connect(address, millis(nanos));
    if (socket.getLocalSocketAddress().equals(socket.getRemoteSocketAddress())) {
      // If no server listens on an ephemeral port, TCP may connect a socket to itself.
      throw new ConnectException("Connection refused");
    }
  }

  /** Requests features from a server that supports HELLO. */
  void sendHello(String... features) throws IOException {
    requests.hello(Hello.request(features));
  }

  /** Reads the reply to {@link #sendHello}. */
  Hello readHello() throws IOException {
    Hello hello = Hello.read(replies);
    if (hello.isOn(Hello.REFUSALS)) {
      replies.expectRefusals();
    }
    return hello;
  }

  /**
   * Returns the server's reason for closing a connection on which a write failed, if it sent one.
   */
  private IOException reasonOf(IOException failure) {
    if (!replies.expectsRefusals() || !(failure instanceof SocketException)) {
      return failure;
    }
    try {
      long unused = replies.getLong();
      return failure;
    } catch (RefusedException e) {
      return e;
    } catch (IOException e) {
      return failure;
    }
  }

  /** The encoder of requests, which {@link #flush} sends. */
  RequestEncoder requests() {
    return requests;
  }

  WireInput replies() {
    return replies;
  }

  void flush() throws IOException {
    out.flush();
  }

  /** Sends a short request at once, while another thread reads and no thread writes. */
  void sendConcurrently(RequestWriter request) throws IOException {
    WireOutput output = new WireOutput(this::write, Long.BYTES);
    request.writeTo(new RequestEncoder(output));
    output.flush();
  }

  CallGuard guard() {
    return guard;
  }

  boolean isClosed() {
    return socket.isClosed();
  }

  /** Closes the socket at once, even while a thread uses it. */
  @Override
  public void close() {
    guard.close();
    writeGuard.close();
  }

  private void write(byte[] bytes, int offset, int length) throws IOException {
    socket.getOutputStream().write(bytes, offset, length);
  }

  private final class Replies extends InputStream {
    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return socket.getInputStream().read(bytes, offset, length);
    }

    @Override
    public int read() throws IOException {
      return socket.getInputStream().read();
    }
  }

  /**
   * Converts to milliseconds, rounded up so that no limit is reached early. 0, which means no
   * limit, is returned only if there is none.
   */
  private static int millis(long nanos) {
    if (nanos == Long.MAX_VALUE) {
      return 0;
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(Math.max(nanos, 1) - 1) + 1;
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }
}
