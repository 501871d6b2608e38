package io.muster.bench.soak;

import io.muster.store.internal.wire.RequestEncoder;
import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A client that need not keep to the protocol. */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 30_000;
  private static final int BUFFER = 16 * 1024;

  private final Socket socket = new Socket();
  private final WireOutput out;
  private final RequestEncoder requests;

  RawClient(int port) throws IOException {
    // So small that the server soon notices that nobody reads.
    socket.setReceiveBufferSize(BUFFER);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout(PATIENCE_MILLIS);
    out = new WireOutput(socket.getOutputStream()::write, BUFFER);
    requests = new RequestEncoder(out);
  }

  /** Where requests are written, to be sent by a flush of {@link #out}. */
  RequestEncoder requests() {
    return requests;
  }

  WireOutput out() {
    return out;
  }

  InputStream in() throws IOException {
    return socket.getInputStream();
  }

  /** Leaves without a word: the server sees a connection that was reset. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
