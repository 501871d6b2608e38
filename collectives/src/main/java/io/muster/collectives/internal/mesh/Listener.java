package io.muster.collectives.internal.mesh;

import io.muster.store.internal.concurrent.Closeables;
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
 * Accepts the connections of peers. The first eight bytes of a connection identify the peer. A
 * connection that sends nothing does not delay others.
 */
final class Listener implements AutoCloseable {
  private static final Logger LOGGER = System.getLogger(Listener.class.getName());

  /** How many more connections than the group has ranks may be unidentified at a time. */
  private static final int MAX_EXCESS = 64;

  /** The pause after a failure to accept a connection. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Accepts connections whose identifier has been read. */
  interface PeerAcceptor {
    /**
     * Accepts a connection.
     *
     * @throws IOException if the connection is not expected; the listener then closes it
     */
    void admit(long identifier, SocketChannel connection) throws IOException;
  }

  /** The minimum time between two log messages about failures to accept a connection. */
  private static final long LOG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final IoLoop loop;
  private final Sockets sockets;
  private final ServerSocketChannel server;
  private final InetSocketAddress address;
  private final int maxUnidentified;
  private final PeerAcceptor acceptor;

  /**
   * Created and run once in advance. When accepting fails because there are no more file
   * descriptors, no class can be loaded.
   */
  private final Runnable acceptAgain = this::acceptAgain;

  /** The key of the server channel during a pause; otherwise null. */
  private @Nullable SelectionKey paused;

  /** The time of the last log message about a failure. */
  private long loggedNanoTime = System.nanoTime() - LOG_INTERVAL_NANOS;

  /** The connections whose identifier has not arrived, the oldest first. */
  private final ArrayDeque<SocketChannel> unidentified = new ArrayDeque<>();

  Listener(IoLoop loop, Sockets sockets, InetSocketAddress address, int size, PeerAcceptor acceptor)
      throws IOException {
    this.loop = loop;
    this.sockets = sockets;
    this.maxUnidentified = size + MAX_EXCESS;
    this.acceptor = acceptor;
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
        Closeables.closeQuietly(server);
      }
    }
  }

  InetSocketAddress address() {
    return address;
  }

  private void acceptAll(SelectionKey key) {
    try {
      for (SocketChannel one = sockets.accept(server); one != null; one = sockets.accept(server)) {
        readIdentifier(one);
      }
    } catch (Throwable e) {
      if (server.isOpen()) {
        // Probably there are no more file descriptors, so that another attempt would fail now.
        key.interestOps(0);
        paused = key;
        loop.schedule(PAUSE_NANOS, acceptAgain);
        logFailure(e);
      }
    }
  }

  private void logFailure(Throwable e) {
    long now = System.nanoTime();
    if (now - loggedNanoTime >= LOG_INTERVAL_NANOS) {
      loggedNanoTime = now;
      SafeLog.log(
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

  private void readIdentifier(SocketChannel connection) throws IOException {
    boolean registered = false;
    try {
      connection.configureBlocking(false);
      if (unidentified.size() == maxUnidentified) {
        refuse(
            unidentified.remove(),
            "sent no identifier while " + maxUnidentified + " others connected");
      }
      ByteBuffer identifier = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      unidentified.add(connection);
      loop.register(connection, SelectionKey.OP_READ, key -> read(connection, identifier, key));
      registered = true;
    } finally {
      if (!registered) {
        unidentified.remove(connection);
        Closeables.closeQuietly(connection);
      }
    }
  }

  /** A failure of a connection without an identifier closes that connection only. */
  private void read(SocketChannel connection, ByteBuffer identifier, SelectionKey key) {
    try {
      int read = connection.read(identifier);
      if (read < 0) {
        unidentified.remove(connection);
        refuse(connection, "ended before its identifier");
      } else if (!identifier.hasRemaining()) {
        unidentified.remove(connection);
        key.interestOps(0);
        acceptor.admit(identifier.getLong(0), connection);
      }
    } catch (Throwable e) {
      unidentified.remove(connection);
      refuse(connection, String.valueOf(e.getMessage()));
    }
  }

  private void refuse(SocketChannel connection, String why) {
    Closeables.closeQuietly(connection);
    SafeLog.log(LOGGER, Level.DEBUG, "a connection to " + address + " was refused: " + why, null);
  }

  /** Stops listening, and closes the connections without an identifier. */
  @Override
  public void close() {
    Closeables.closeQuietly(server);
    loop.schedule(
        0,
        () -> {
          unidentified.forEach(Closeables::closeQuietly);
          unidentified.clear();
        });
  }
}
