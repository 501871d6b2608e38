package io.muster.bench.store;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;

/** Round trips on a bare socket: what no client and server can be faster than. */
final class Echo implements Closeable {
  private static final int MESSAGE = 64;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  Echo(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    in = socket.getInputStream();
    out = socket.getOutputStream();
  }

  Workload.Timed timed() {
    byte[] message = new byte[MESSAGE];
    return Workload.repeating(() -> roundTrip(message));
  }

  private void roundTrip(byte[] message) {
    try {
      out.write(message);
      if (in.readNBytes(message, 0, MESSAGE) < MESSAGE) {
        throw new EOFException("the echo has gone");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
