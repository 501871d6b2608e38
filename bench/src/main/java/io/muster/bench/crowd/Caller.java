package io.muster.bench.crowd;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A blocking client that uses PyTorch's protocol, so that it can be a client of either server. */
public final class Caller implements AutoCloseable {
  private final SocketChannel channel;
  private final ByteBuffer reply = ByteBuffer.allocateDirect(64 * 1024);

  /**
   * Connects and validates.
   *
   * @throws ConnectException if nobody listens on the port
   */
  public Caller(int port) throws IOException {
    InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    channel = SocketChannel.open(server);
    // While nobody listens, a connection can be given the very port it asks for, and meet itself.
    if (server.equals(channel.getLocalAddress())) {
      channel.close();
      throw new ConnectException("nobody listens on " + server);
    }
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    send(Message.of(request -> request.validate()));
  }

  /** Sends a request that has no reply. */
  void send(Message request) throws IOException {
    request.writeTo(channel);
  }

  /**
   * Sends a request and reads its reply of {@code replyBytes} bytes.
   *
   * @return nanoseconds from the request to the end of the reply
   */
  public long call(Message request, long replyBytes) throws IOException {
    long start = System.nanoTime();
    request.writeTo(channel);
    for (long missing = replyBytes; missing > 0; ) {
      int read = channel.read(reply.clear().limit((int) Math.min(missing, reply.capacity())));
      if (read < 0) {
        throw new EOFException("the server closed the connection");
      }
      missing -= read;
    }
    return System.nanoTime() - start;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
