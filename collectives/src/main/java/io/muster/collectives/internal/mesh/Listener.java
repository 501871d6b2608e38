package io.muster.collectives.internal.mesh;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Where peers connect. The first eight bytes of a connection say which rank it comes from; one that
 * says nothing holds up no other.
 */
final class Listener implements AutoCloseable {
  private static final Logger LOGGER = System.getLogger(Listener.class.getName());

  /** How many connections more than the world has ranks may be silent at a time. */
  private static final int STRANGERS = 64;

  /** How long nothing is accepted after that has failed. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Who takes connections that have said where they come from. */
  interface Doorkeeper {
    void admit(long rank, SocketChannel connection) throws IOException;
  }

  private final IoLoop loop;
  private final ServerSocketChannel server;
  private final InetSocketAddress address;
  private final int maxSilent;
  private final Doorkeeper doorkeeper;

  /** Connections that have not said yet where they come from, the oldest first. */
  private final ArrayDeque<SocketChannel> silent = new ArrayDeque<>();

  Listener(IoLoop loop, InetSocketAddress address, int size, Doorkeeper doorkeeper)
      throws IOException {
    this.loop = loop;
    this.maxSilent = size + STRANGERS;
    this.doorkeeper = doorkeeper;
    this.server = ServerSocketChannel.open();
    try {
      server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      server.bind(address, Math.max(size, 1024));
      server.configureBlocking(false);
      this.address = (InetSocketAddress) server.getLocalAddress();
      loop.register(server, SelectionKey.OP_ACCEPT, this::acceptAll);
    } catch (IOException e) {
      Quietly.close(server);
      throw e;
    }
  }

  InetSocketAddress address() {
    return address;
  }

  private void acceptAll(SelectionKey key) {
    try {
      for (SocketChannel one = server.accept(); one != null; one = server.accept()) {
        welcome(one);
      }
    } catch (IOException e) {
      LOGGER.log(Level.WARNING, "a connection to " + address + " could not be accepted", e);
      // As when there are no more file descriptors; at once it would only fail again.
      key.interestOps(0);
      loop.schedule(PAUSE_NANOS, () -> acceptAgain(key));
    }
  }

  private static void acceptAgain(SelectionKey key) {
    if (key.isValid()) {
      key.interestOps(SelectionKey.OP_ACCEPT);
    }
  }

  private void welcome(SocketChannel connection) throws IOException {
    connection.configureBlocking(false);
    if (silent.size() == maxSilent) {
      refuse(silent.remove(), "said nothing while " + maxSilent + " others came");
    }
    silent.add(connection);
    ByteBuffer greeting = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    loop.register(connection, SelectionKey.OP_READ, key -> read(connection, greeting, key));
  }

  private void read(SocketChannel connection, ByteBuffer greeting, SelectionKey key) {
    try {
      int read = connection.read(greeting);
      if (read < 0) {
        silent.remove(connection);
        refuse(connection, "ended before it said where it comes from");
      } else if (!greeting.hasRemaining()) {
        silent.remove(connection);
        key.interestOps(0);
        doorkeeper.admit(greeting.getLong(0), connection);
      }
    } catch (IOException e) {
      silent.remove(connection);
      refuse(connection, String.valueOf(e.getMessage()));
    }
  }

  private void refuse(SocketChannel connection, String why) {
    LOGGER.log(Level.DEBUG, () -> "a connection to " + address + " was refused: " + why);
    Quietly.close(connection);
  }

  /** Accepts no more. */
  @Override
  public void close() {
    Quietly.close(server);
    loop.schedule(
        0,
        () -> {
          silent.forEach(Quietly::close);
          silent.clear();
        });
  }
}
