package io.muster.store;

import io.muster.fixtures.Background;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A server that shakes hands as PyTorch's do, and then does with each connection what a test wants.
 */
final class FakeServer implements AutoCloseable {
  /** VALIDATE, and a CHECK of one key twice: of seven bytes and of eight. */
  private static final int HANDSHAKE_BYTES = 5 + 1 + 8 + 8 + 7 + 1 + 8 + 8 + 8;

  private static final int NOT_READY = 1;

  private final ServerSocket listener;
  private final BlockingQueue<Socket> connections = new LinkedBlockingQueue<>();

  private FakeServer() {
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread accepting = new Thread(this::accept, "fake server");
    accepting.setDaemon(true);
    accepting.start();
  }

  static FakeServer start() {
    return new FakeServer();
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        new DataInputStream(socket.getInputStream()).readFully(new byte[HANDSHAKE_BYTES]);
        socket.getOutputStream().write(new byte[] {NOT_READY, NOT_READY});
        connections.add(socket);
      }
    } catch (IOException e) {
      // Closed, or a client that has gone in the middle.
      return;
    }
  }

  /** The next connection that has shaken hands. */
  Socket accepted() {
    try {
      Socket socket = connections.poll(Background.PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
      if (socket == null) {
        throw new AssertionError("nobody connects");
      }
      return socket;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Reads a request of so many bytes, and answers it. */
  static void answer(Socket socket, int requestBytes, byte... reply) {
    try {
      InputStream in = socket.getInputStream();
      if (in.readNBytes(requestBytes).length < requestBytes) {
        throw new AssertionError("the client closed");
      }
      OutputStream out = socket.getOutputStream();
      out.write(reply);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes single bytes until nobody reads them. */
  static boolean drip(Socket socket, byte[] first, long everyNanos) {
    try {
      OutputStream out = socket.getOutputStream();
      out.write(first);
      for (long next = System.nanoTime(); ; next += everyNanos) {
        while (System.nanoTime() < next) {
          Thread.onSpinWait();
        }
        out.write(1);
      }
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : connections) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
