package io.muster.collectives;

import io.muster.collectives.internal.wire.ConnectDirection;
import io.muster.collectives.internal.wire.Preamble;
import io.muster.collectives.internal.wire.RankInfo;
import io.muster.fixtures.Background;
import io.muster.store.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Rank 1 of a world of two. It connects as a rank does, and then sends the bytes of the test. */
final class RawPeer implements AutoCloseable {
  /** The key of the address of a rank, in the store of a default group. */
  static String key(int rank) {
    return "0//cpu//0/" + rank;
  }

  private final Socket connection;

  /** Connects with rank 0, before or after that has published its address. */
  RawPeer(Store store) throws IOException {
    try (ServerSocket server =
        new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
      server.setSoTimeout((int) Background.PATIENCE.toMillis());
      InetSocketAddress own = (InetSocketAddress) server.getLocalSocketAddress();
      store.set(key(1), RankInfo.encode("raw".getBytes(StandardCharsets.US_ASCII), own, 0, 1));
      RankInfo other = RankInfo.decode(store.get(key(0)), 0, 1, 2);
      if (ConnectDirection.isOutgoing(own, other.address())) {
        connection = new Socket(other.address().getAddress(), other.address().getPort());
        send(identifier(other.identifierOfReader()));
      } else {
        connection = server.accept();
        connection.getInputStream().readNBytes(Long.BYTES);
      }
      connection.setSoTimeout((int) Background.PATIENCE.toMillis());
    }
  }

  /** Sends the identifier that a connection begins with. */
  static byte[] identifier(long number) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
  }

  void send(byte[] bytes) throws IOException {
    connection.getOutputStream().write(bytes);
  }

  /** Waits until rank 0 has announced a receive. */
  void awaitReady() throws IOException {
    byte[] frame = connection.getInputStream().readNBytes(Preamble.BYTES);
    Preamble ready = Preamble.decode(ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN));
    if (ready.kind() != Preamble.Kind.RECEIVE_READY) {
      throw new AssertionError(ready);
    }
  }

  /** Shuts down the sending side. */
  void end() throws IOException {
    connection.shutdownOutput();
  }

  /** Reads until rank 0 closes the connection. */
  void awaitClosed() {
    awaitClosed(connection);
  }

  /** Reads until a connection is closed or reset. */
  static void awaitClosed(Socket connection) {
    try {
      connection.setSoTimeout((int) Background.PATIENCE.toMillis());
      while (connection.getInputStream().read() >= 0) {}
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("the connection is still open", e);
    } catch (IOException e) {
      // A reset: the other side has closed the connection with bytes unread.
    }
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
