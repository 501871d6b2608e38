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
 * A blocking connection to a server: a socket with the codecs on it. Everything is done within a
 * {@link #call}, one at a time; any thread may close it. After a call that failed in any way the
 * connection is closed, since it is unknown where the next answer begins.
 */
final class Connection implements Closeable {
  private static final int REQUEST_BUFFER = 16 * 1024;

  private final Socket socket;
  private final CallGuard guard;

  /** Held by writers while another thread reads. */
  private final CallGuard guardApart;

  private final WireOutput out;
  private final RequestEncoder requests;
  private final WireInput replies;

  /** A connection that is still to be {@linkplain #connect connected}. */
  Connection() {
    this(new Socket());
  }

  Connection(Socket socket) {
    this.socket = socket;
    this.guard = new CallGuard(socket);
    this.guardApart = new CallGuard(socket);
    this.out = new WireOutput(this::write, REQUEST_BUFFER);
    this.requests = new RequestEncoder(out);
    this.replies = new WireInput(new Replies());
  }

  /** Something that is done with a connection. */
  interface Use<T> {
    T with(Connection connection) throws IOException;
  }

  /**
   * Uses the connection. It must not be used by a virtual thread, whose interrupt would close it;
   * see {@link UninterruptibleIo}.
   *
   * @param nanos how long the call may take in all; {@link Long#MAX_VALUE} for no limit
   * @throws CallTimeoutException if it took longer
   * @throws CallInterruptedException if the thread was interrupted and the server did not answer
   *     soon
   */
  <T> T call(long nanos, Use<T> use) throws IOException {
    return call(System.nanoTime(), nanos, use);
  }

  /** The same, with {@code nanos} counted from {@code start}, in {@link System#nanoTime}. */
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

  /** Only writes, one at a time, while another thread reads within a {@link #call}. */
  <T> T writeApart(long nanos, Use<T> use) throws IOException {
    boolean intact = false;
    try {
      guardApart.begin(System.nanoTime(), nanos);
      T result = use.with(this);
      intact = true;
      return result;
    } catch (IOException e) {
      throw guardApart.explain(e);
    } finally {
      guardApart.end();
      if (!intact) {
        close();
      }
    }
  }

  /** Connects, to be called within a {@link #call}. */
  void connect(InetSocketAddress address, long nanos) throws IOException {
    socket.setTcpNoDelay(true);
    KeepAlive.DEFAULT.apply(socket);
    socket.connect(address, millis(nanos));
    if (socket.getLocalSocketAddress().equals(socket.getRemoteSocketAddress())) {
      // Where nobody listens on a port of the ephemeral range, TCP may connect a socket to itself.
      throw new ConnectException("Connection refused");
    }
  }

  /** Names the features that are wanted, to a server that knows HELLO. */
  void sendHello(String... features) throws IOException {
    requests.hello(Hello.request(features));
  }

  /** Reads the answer to {@link #sendHello}. */
  Hello readHello() throws IOException {
    Hello hello = Hello.read(replies);
    if (hello.isOn(Hello.REFUSALS)) {
      replies.expectRefusals();
    }
    return hello;
  }

  /** Why the server closed a connection that could not be written to any more, if it said so. */
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
    WireOutput apart = new WireOutput(this::write, Long.BYTES);
    request.to(new RequestEncoder(apart));
    apart.flush();
  }

  CallGuard guard() {
    return guard;
  }

  boolean isClosed() {
    return socket.isClosed();
  }

  /** Closes the socket at once, also under a thread that uses it. */
  @Override
  public void close() {
    guard.close();
    guardApart.close();
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
