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
import org.jspecify.annotations.Nullable;

/**
 * Accepts the connections of peers. The first eight bytes of a connection identify its rank. A
 * connection that sends nothing does not delay others.
 */
final class Listener implements AutoCloseable {
  private static final Logger LOGGER = System.getLogger(Listener.class.getName());

  /** How many connections more than the world has ranks may be silent at a time. */
  private static final int STRANGERS = 64;

  /** How long nothing is accepted after that has failed. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Takes connections whose identifier has been read. */
  interface PeerAcceptor {
    /**
     * Takes a connection.
     *
     * @throws IOException if it is not expected; it is closed then
     */
    void admit(long identifier, SocketChannel connection) throws IOException;
  }

  /** How often a failure of accepting is logged at most. */
  private static final long LOG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final IoLoop loop;
  private final Sockets sockets;
  private final ServerSocketChannel server;
  private final InetSocketAddress address;
  private final int maxSilent;
  private final PeerAcceptor doorkeeper;

  /**
   * Made and run once before it is needed: when accepting fails for want of descriptors, no class
   * can be loaded.
   */
  private final Runnable acceptAgain = this::acceptAgain;

  /** Set while nothing is accepted. */
  private @Nullable SelectionKey paused;

  /** When accepting has last failed and been logged. */
  private long loggedNanoTime = System.nanoTime() - LOG_INTERVAL_NANOS;

  /** Connections that have not said yet where they come from, the oldest first. */
  private final ArrayDeque<SocketChannel> silent = new ArrayDeque<>();

  Listener(
      IoLoop loop, Sockets sockets, InetSocketAddress address, int size, PeerAcceptor doorkeeper)
      throws IOException {
    this.loop = loop;
    this.sockets = sockets;
    this.maxSilent = size + STRANGERS;
    this.doorkeeper = doorkeeper;
    this.server = ServerSocketChannel.open();
    boolean listening = false;
    try {
      server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      server.bind(address, Math.max(size, 1024));
      server.configureBlocking(false);
      this.address = (InetSocketAddress) server.getLocalAddress();
      loop.schedule(0, acceptAgain);
      loop.register(server, SelectionKey.OP_ACCEPT, this::acceptAll);
      listening = true;
    } finally {
      if (!listening) {
        Quietly.close(server);
      }
    }
  }

  InetSocketAddress address() {
    return address;
  }

  private void acceptAll(SelectionKey key) {
    try {
      for (SocketChannel one = sockets.accept(server); one != null; one = sockets.accept(server)) {
        welcome(one);
      }
    } catch (Throwable e) {
      if (server.isOpen()) {
        // As when there are no more file descriptors; at once it would only fail again.
        key.interestOps(0);
        paused = key;
        loop.schedule(PAUSE_NANOS, acceptAgain);
        complain(e);
      }
    }
  }

  private void complain(Throwable e) {
    long now = System.nanoTime();
    if (now - loggedNanoTime >= LOG_INTERVAL_NANOS) {
      loggedNanoTime = now;
      Quietly.log(
          LOGGER, Level.WARNING, "a connection to " + address + " could not be accepted", e);
    }
  }

  private void acceptAgain() {
    SelectionKey key = paused;
    paused = null;
    if (key != null && key.isValid()) {
      key.interestOps(SelectionKey.OP_ACCEPT);
    }
  }

  private void welcome(SocketChannel connection) throws IOException {
    boolean welcome = false;
    try {
      connection.configureBlocking(false);
      if (silent.size() == maxSilent) {
        refuse(silent.remove(), "said nothing while " + maxSilent + " others came");
      }
      ByteBuffer greeting = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      silent.add(connection);
      loop.register(connection, SelectionKey.OP_READ, key -> read(connection, greeting, key));
      welcome = true;
    } finally {
      if (!welcome) {
        silent.remove(connection);
        Quietly.close(connection);
      }
    }
  }

  /** Whatever goes wrong with one connection that has not introduced itself ends that one only. */
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
    } catch (Throwable e) {
      silent.remove(connection);
      refuse(connection, String.valueOf(e.getMessage()));
    }
  }

  private void refuse(SocketChannel connection, String why) {
    Quietly.close(connection);
    Quietly.log(LOGGER, Level.DEBUG, "a connection to " + address + " was refused: " + why, null);
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
