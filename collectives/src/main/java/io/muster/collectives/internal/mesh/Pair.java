package io.muster.collectives.internal.mesh;

import io.muster.collectives.internal.wire.MalformedMessageException;
import io.muster.collectives.internal.wire.Preamble;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The connection of this rank with one other. */
final class Pair implements IoLoop.Handler {
  /** Who learns what happens to the connection. */
  interface Owner extends Inbound.Receiver {
    /** Something has come. */
    void onRead();

    /** The peer or the network has ended it, or the peer has broken the protocol. */
    void onEnd(String reason);

    /** This rank has failed while it used the connection. */
    void onFailure(Throwable cause);
  }

  /**
   * The send buffer between ranks of one host. What the system lets it grow to does not fit the
   * processor's cache, and has no delay to bridge.
   */
  private static final int LOCAL_SEND_BUFFER_BYTES = 512 << 10;

  private final IoLoop loop;
  private final Sockets sockets;
  private final Owner owner;
  private final Inbound inbound;
  private final Outbound outbound;
  private volatile @Nullable SocketChannel channel;

  /** What to read from: the connection, unless a test has something stand in for it. */
  private volatile @Nullable SocketChannel source;

  private volatile @Nullable SelectionKey key;

  Pair(IoLoop loop, Sockets sockets, Owner owner) {
    this.loop = loop;
    this.sockets = sockets;
    this.owner = owner;
    this.inbound = new Inbound(owner);
    this.outbound = new Outbound(this::awaitRoom);
  }

  /**
   * Begins to use a connection, which both sides know the ranks of.
   *
   * @return false if there is one already, which stays
   */
  boolean attach(SocketChannel connection) throws IOException {
    connection.configureBlocking(false);
    connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
    if (isWithinHost(connection)) {
      connection.setOption(StandardSocketOptions.SO_SNDBUF, LOCAL_SEND_BUFFER_BYTES);
    }
    synchronized (this) {
      if (channel != null) {
        return false;
      }
      channel = connection;
    }
    try {
      SocketChannel opened = sockets.open(connection);
      source = opened;
      key = loop.register(connection, 0, this);
      outbound.attach(opened);
      key.interestOpsOr(SelectionKey.OP_READ);
      loop.wake();
    } catch (Throwable e) {
      // Otherwise callers would wait for a connection from which no thread reads.
      owner.onFailure(e);
      throw e;
    }
    flush();
    return true;
  }

  private static boolean isWithinHost(SocketChannel connection) throws IOException {
    return connection.getLocalAddress() instanceof InetSocketAddress local
        && connection.getRemoteAddress() instanceof InetSocketAddress remote
        && local.getAddress().equals(remote.getAddress());
  }

  boolean isAttached() {
    return channel != null;
  }

  /** Puts a message in line; {@link #flush} sends it. */
  void put(Preamble preamble, @Nullable PostedMessage data) {
    outbound.put(preamble, data);
  }

  /** Puts something in line that is done when all before it is sent. */
  void putMark(PostedMessage mark) {
    outbound.putMark(mark);
  }

  /** Sends what is in line, as far as that does not block. */
  void flush() {
    try {
      outbound.flush();
    } catch (IOException e) {
      owner.onEnd("lost the connection: " + e.getMessage());
    } catch (Throwable e) {
      // What was to be written may be written in part, so nothing can follow it.
      owner.onFailure(e);
    }
  }

  private void awaitRoom() {
    SelectionKey registered = key;
    if (registered != null && registered.isValid()) {
      registered.interestOpsOr(SelectionKey.OP_WRITE);
      loop.wake();
    }
  }

  @Override
  public void ready(SelectionKey ready) {
    SocketChannel open = source;
    if (open == null) {
      return;
    }
    try {
      if (ready.isReadable()) {
        if (!inbound.read(open, loop.staging())) {
          owner.onEnd("closed the connection");
          return;
        }
        owner.onRead();
      }
      if (ready.isValid() && ready.isWritable()) {
        ready.interestOpsAnd(~SelectionKey.OP_WRITE);
        outbound.resume();
      }
    } catch (MalformedMessageException e) {
      owner.onEnd("sent what the protocol does not allow: " + e.getMessage());
      return;
    } catch (SizeMismatchException e) {
      // First the peer is told what this rank has, by which it finds the same.
      flush();
      owner.onEnd(String.valueOf(e.getMessage()));
      return;
    } catch (IOException e) {
      owner.onEnd("lost the connection: " + e.getMessage());
      return;
    } catch (CancelledKeyException e) {
      throw e;
    } catch (Throwable e) {
      owner.onFailure(e);
      return;
    }
    flush();
  }

  /** Says that nothing more will be sent; what comes is still read. */
  void shutdownOutput() {
    SocketChannel open = channel;
    if (open != null) {
      try {
        open.shutdownOutput();
      } catch (IOException e) {
        // Ended already.
      }
    }
  }

  /**
   * Ends the connection. On the loop's thread; may be repeated.
   *
   * @return what is on its way and will not arrive
   */
  List<PostedMessage> close() {
    SocketChannel open = channel;
    if (open != null) {
      Quietly.close(open);
    }
    List<PostedMessage> lost = new ArrayList<>(outbound.unsent());
    PostedMessage unfinished = inbound.unfinished();
    if (unfinished != null) {
      lost.add(unfinished);
    }
    return lost;
  }

  /** Forgets what has not been sent. */
  void drop() {
    outbound.drop();
  }
}
