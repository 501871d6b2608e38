package io.muster.collectives.internal.mesh;

import io.muster.collectives.internal.wire.MalformedMessageException;
import io.muster.collectives.internal.wire.Preamble;
import io.muster.store.internal.concurrent.Closeables;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The connection of this rank with one peer. Thread-safe. */
final class Pair implements IoLoop.Handler {
  /** Handles the events of the connection. */
  interface Owner extends Inbound.Receiver {
    /** Called when bytes have arrived. */
    void onRead();

    /** Called when the peer or the network has ended it, or the peer has violated the protocol. */
    void onEnd(String reason);

    /** Called when this rank has failed while it used the connection. */
    void onFailure(Throwable cause);
  }

  /**
   * The size of the send buffer between ranks on one host. The operating system would let it grow
   * beyond the CPU cache, without need, because there is no network latency to hide.
   */
  private static final int LOCAL_SEND_BUFFER_BYTES = 512 << 10;

  private final IoLoop loop;
  private final Sockets sockets;
  private final Owner owner;
  private final Inbound inbound;
  private final Outbound outbound;
  private volatile @Nullable SocketChannel channel;

  /** The channel to read from: the connection, unless a test replaces it. */
  private volatile @Nullable SocketChannel source;

  private volatile @Nullable SelectionKey key;

  Pair(IoLoop loop, Sockets sockets, Owner owner) {
    this.loop = loop;
    this.sockets = sockets;
    this.owner = owner;
    this.inbound = new Inbound(owner);
    this.outbound = new Outbound(this::requestWritable);
  }

  /**
   * Starts to use a connection.
   *
   * @return false if there is one already, which stays in use
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
      // Otherwise callers would wait for a connection that no thread reads from.
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

  /** Queues a message; {@link #flush} sends it. */
  void put(Preamble preamble, @Nullable PostedMessage data) {
    outbound.put(preamble, data);
  }

  /** Queues an empty message, which is done when all messages before it are written. */
  void putMark(PostedMessage mark) {
    outbound.putMark(mark);
  }

  /** Writes queued messages as far as that does not block. */
  void flush() {
    try {
      outbound.flush();
    } catch (IOException e) {
      loop.schedule(0, () -> endAfterFailedWrite(e));
    } catch (Throwable e) {
      // A message may be written in part, so no other can follow it.
      owner.onFailure(e);
    }
  }

  /**
   * Reads what has arrived, then ends the connection; on the I/O thread. A peer that fails sends
   * what tells the reason, and closes the connection, so that writing fails here.
   */
  private void endAfterFailedWrite(IOException writing) {
    SocketChannel open = source;
    try {
      while (open != null && inbound.read(open, loop.staging()) > 0) {
        owner.onRead();
      }
      owner.onEnd(reasonOf(writing));
    } catch (MalformedMessageException | SizeMismatchException e) {
      owner.onEnd(reasonOf(e));
    } catch (IOException e) {
      owner.onEnd(reasonOf(writing));
    } catch (Throwable e) {
      owner.onFailure(e);
    }
  }

  private static String reasonOf(IOException failure) {
    if (failure instanceof MalformedMessageException) {
      return "violated the protocol: " + failure.getMessage();
    }
    if (failure instanceof SizeMismatchException) {
      return String.valueOf(failure.getMessage());
    }
    return "lost the connection: " + failure.getMessage();
  }

  private void requestWritable() {
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
        if (inbound.read(open, loop.staging()) < 0) {
          owner.onEnd("closed the connection");
          return;
        }
        owner.onRead();
      }
      if (ready.isValid() && ready.isWritable()) {
        ready.interestOpsAnd(~SelectionKey.OP_WRITE);
        resume();
      }
    } catch (SizeMismatchException e) {
      // Sends this rank's announcement first, from which the peer learns of the mismatch too.
      flush();
      owner.onEnd(reasonOf(e));
      return;
    } catch (IOException e) {
      owner.onEnd(reasonOf(e));
      return;
    } catch (CancelledKeyException e) {
      throw e;
    } catch (Throwable e) {
      owner.onFailure(e);
      return;
    }
    flush();
  }

  private void resume() {
    try {
      outbound.resume();
    } catch (IOException e) {
      endAfterFailedWrite(e);
    }
  }

  /** Shuts down the sending side. Bytes that arrive are still read. */
  void shutdownOutput() {
    SocketChannel open = channel;
    if (open != null) {
      try {
        open.shutdownOutput();
      } catch (IOException e) {
        // The connection has ended already.
      }
    }
  }

  /**
   * Closes the connection; on the I/O thread. May be called again.
   *
   * @return the messages that are queued or partly received
   */
  List<PostedMessage> close() {
    SocketChannel open = channel;
    if (open != null) {
      Closeables.closeQuietly(open);
    }
    List<PostedMessage> lost = new ArrayList<>(outbound.unsent());
    PostedMessage unfinished = inbound.unfinished();
    if (unfinished != null) {
      lost.add(unfinished);
    }
    return lost;
  }

  /** Removes the queued messages. */
  void drop() {
    outbound.drop();
  }
}
