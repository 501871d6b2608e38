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

/**
 * Rank 1 of a world of two, as far as connecting goes; then it sends whatever the test has it send.
 */
final class RawPeer implements AutoCloseable {
  /** Where the rank with this number publishes its address, in the store of a default group. */
  static String key(int rank) {
    return "0//cpu//0/" + rank;
  }

  private final Socket connection;

  /** Meets rank 0, which is about to join or has. */
  RawPeer(Store store) throws IOException {
    try (ServerSocket server =
        new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
      server.setSoTimeout((int) Background.PATIENCE.toMillis());
      InetSocketAddress own = (InetSocketAddress) server.getLocalSocketAddress();
      store.set(key(1), RankInfo.encode("raw".getBytes(StandardCharsets.US_ASCII), own, 0, 1));
      RankInfo other = RankInfo.decode(store.get(key(0)), 0, 1, 2);
      if (ConnectDirection.isWith(own, other.address())) {
        connection = new Socket(other.address().getAddress(), other.address().getPort());
        send(identifier(other.identifierOfReader()));
      } else {
        connection = server.accept();
        connection.getInputStream().readNBytes(Long.BYTES);
      }
      connection.setSoTimeout((int) Background.PATIENCE.toMillis());
    }
  }

  /** What a connection begins with. */
  static byte[] identifier(long number) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
  }

  void send(byte[] bytes) throws IOException {
    connection.getOutputStream().write(bytes);
  }

  /** Waits until the other end is ready to receive something. */
  void awaitReady() throws IOException {
    byte[] frame = connection.getInputStream().readNBytes(Preamble.BYTES);
    Preamble ready = Preamble.decode(ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN));
    if (ready.kind() != Preamble.Kind.RECEIVE_READY) {
      throw new AssertionError(ready);
    }
  }

  /** Says that nothing more will come. */
  void end() throws IOException {
    connection.shutdownOutput();
  }

  /** Reads until the other end closes the connection. */
  void awaitClosed() {
    awaitClosed(connection);
  }

  /** Reads until the other end closes a connection, however it does. */
  static void awaitClosed(Socket connection) {
    try {
      connection.setSoTimeout((int) Background.PATIENCE.toMillis());
      while (connection.getInputStream().read() >= 0) {}
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("the connection is still open", e);
    } catch (IOException e) {
      // Reset: closed with something unread.
    }
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
