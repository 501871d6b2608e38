package io.muster.store.internal.serving;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A poller on the JDK's selector, which is epoll on Linux. */
final class NioPoller implements Poller {
  private final Selector selector;
  private final Consumer<SelectionKey> handle = this::handle;

  /** The listeners that are not closed. */
  private final List<Listening> listeners = new ArrayList<>();

  private boolean acceptable;

  /** A poller without sockets. */
  NioPoller() throws IOException {
    selector = Selector.open();
  }

  @Override
  public Listener listen(List<ListenSocket> sockets, AcceptedOptions options) throws IOException {
    Listening added = new Listening(sockets, options);
    try {
      for (ListenSocket socket : sockets) {
        socket.channel().configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT, added);
      }
      listeners.add(added);
      return added;
    } catch (Throwable e) {
      sockets.forEach(socket -> Closing.quietly(socket.channel()));
      throw e;
    }
  }

  @Override
  public boolean poll(long millis) throws IOException {
    acceptable = false;
    int unusedCount =
        millis == 0 ? selector.selectNow(handle) : selector.select(handle, Math.max(0, millis));
    return acceptable;
  }

  private void handle(SelectionKey key) {
    if (key.attachment() instanceof Readiness readiness) {
      int ready = key.readyOps();
      readiness.ready((ready & SelectionKey.OP_READ) != 0, (ready & SelectionKey.OP_WRITE) != 0);
    } else {
      acceptable = true;
      ((Listening) key.attachment()).acceptable = true;
    }
  }

  @Override
  public void wakeUp() {
    Selector unused = selector.wakeup();
  }

  @Override
  public void watch(NonBlockingSocket socket, Readiness readiness) throws IOException {
    Connected connected = (Connected) socket;
    connected.channel.configureBlocking(false);
    connected.options.set(connected.channel);
    connected.key = connected.channel.register(selector, SelectionKey.OP_READ, readiness);
  }

  @Override
  public void setAccepting(boolean accepting) {
    for (Listening listener : listeners) {
      for (ListenSocket socket : listener.sockets) {
        SelectionKey key = socket.channel().keyFor(selector);
        if (key != null && key.isValid()) {
          key.interestOps(accepting ? SelectionKey.OP_ACCEPT : 0);
        }
      }
    }
  }

  @Override
  public void close() {
    // The listeners first: a disconnected client must not be queued again by a dead listener.
    for (Listening listener : listeners) {
      listener.closeSockets();
    }
    for (SelectionKey key : selector.keys()) {
      Closing.quietly(key.channel());
    }
    Closing.quietly(selector);
  }

  private final class Listening implements Listener {
    private final List<ListenSocket> sockets;
    private final AcceptedOptions options;

    /** Whether a poll has seen connections that are not accepted. */
    private boolean acceptable;

    /** The socket that may have one more connection. */
    private int accepting;

    Listening(List<ListenSocket> sockets, AcceptedOptions options) {
      this.sockets = List.copyOf(sockets);
      this.options = options;
    }

    @Override
    public List<InetSocketAddress> addresses() {
      return sockets.stream().map(ListenSocket::address).toList();
    }

    @Override
    public @Nullable NonBlockingSocket accept() throws IOException {
      if (!acceptable) {
        return null;
      }
      while (accepting < sockets.size()) {
        SocketChannel channel = sockets.get(accepting).channel().accept();
        if (channel != null) {
          return new Connected(channel, options);
        }
        accepting++;
      }
      accepting = 0;
      acceptable = false;
      return null;
    }

    @Override
    public void close() {
      listeners.remove(this);
      closeSockets();
    }

    void closeSockets() {
      for (ListenSocket socket : sockets) {
        Closing.quietly(socket.channel());
      }
    }
  }

  private static final class Connected implements NonBlockingSocket {
    private final SocketChannel channel;
    private final AcceptedOptions options;
    private @Nullable SelectionKey key;

    Connected(SocketChannel channel, AcceptedOptions options) {
      this.channel = channel;
      this.options = options;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      return channel.read(into);
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
      int unusedWritten = channel.write(from);
    }

    @Override
    public void setInterest(Interest interest) {
      if (key != null && key.isValid()) {
        key.interestOps(
            switch (interest) {
              case INPUT -> SelectionKey.OP_READ;
              case OUTPUT -> SelectionKey.OP_WRITE;
              case NONE -> 0;
            });
      }
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
      try {
        return channel.getRemoteAddress();
      } catch (IOException e) {
        return null;
      }
    }

    @Override
    public void close() {
      Closing.orError(channel);
    }
  }
}
