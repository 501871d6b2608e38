package io.muster.store.internal.serving;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A poller on the JDK's selector, which is epoll on Linux. */
final class NioPoller implements Poller {
  private final Selector selector;
  private final List<ListenSocket> listeners;
  private final AcceptedOptions options;
  private final Consumer<SelectionKey> handle = this::handle;

  /** The listener that may have one more connection. */
  private int accepting;

  private boolean acceptable;

  /** Takes the listeners over, whatever happens. */
  NioPoller(List<ListenSocket> listeners, AcceptedOptions options) throws IOException {
    this.options = options;
    this.listeners = List.copyOf(listeners);
    Selector opened = null;
    try {
      opened = Selector.open();
      this.selector = opened;
      for (ListenSocket listener : listeners) {
        listener.channel().configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
      }
    } catch (IOException | RuntimeException e) {
      if (opened != null) {
        Closing.quietly(opened);
      }
      listeners.forEach(listener -> Closing.quietly(listener.channel()));
      throw e;
    }
  }

  @Override
  public List<InetSocketAddress> addresses() {
    return listeners.stream().map(ListenSocket::address).toList();
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
    }
  }

  @Override
  public void wakeUp() {
    Selector unused = selector.wakeup();
  }

  @Override
  public @Nullable NonBlockingSocket accept() throws IOException {
    while (accepting < listeners.size()) {
      SocketChannel channel = listeners.get(accepting).channel().accept();
      if (channel != null) {
        return new Connected(channel);
      }
      accepting++;
    }
    accepting = 0;
    return null;
  }

  @Override
  public void watch(NonBlockingSocket socket, Readiness readiness) throws IOException {
    Connected connected = (Connected) socket;
    connected.channel.configureBlocking(false);
    options.set(connected.channel);
    connected.key = connected.channel.register(selector, SelectionKey.OP_READ, readiness);
  }

  @Override
  public void setAccepting(boolean accepting) {
    for (ListenSocket listener : listeners) {
      SelectionKey key = listener.channel().keyFor(selector);
      if (key != null) {
        key.interestOps(accepting ? SelectionKey.OP_ACCEPT : 0);
      }
    }
  }

  @Override
  public void close() {
    // The listeners first: a disconnected client must not be queued again by a dead listener.
    for (ListenSocket listener : listeners) {
      Closing.quietly(listener.channel());
    }
    for (SelectionKey key : selector.keys()) {
      Closing.quietly(key.channel());
    }
    Closing.quietly(selector);
  }

  private static final class Connected implements NonBlockingSocket {
    private final SocketChannel channel;
    private @Nullable SelectionKey key;

    Connected(SocketChannel channel) {
      this.channel = channel;
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
