package io.muster.store.internal.serving;

import io.muster.store.internal.wire.ByteSink;
import io.muster.store.internal.wire.WireOutput;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One thread that accepts, reads, serves and writes. It owns the {@link ServerState}, so that
 * nothing is handed over and nothing locked. Native epoll where it can be loaded, the JDK's
 * selector elsewhere.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write that fails closes its channel, which says so
public final class EventLoopTransport implements Transport {
  private static final int REPLY_BUFFER = 32 * 1024;
  private static final int INPUT_BUFFER = 64 * 1024;

  /** How much is read at once where the common buffer is taken. */
  private static final int OWN_INPUT_BUFFER = 8 * 1024;

  private static final int ACCEPT_PAUSE_MILLIS = 100;

  /**
   * For how long the loop does what can wait, further turns and the end of connections, before it
   * looks for requests again. Netty's own limit, a second, would let a long reply or the end of
   * many clients hold up everybody.
   */
  private static final int TASKS_MILLIS = 1;

  private final ServerState state;
  private final Complaints complaints = new Complaints();
  private final EventLoop loop;
  private final boolean epoll;

  /** All that is open, listeners and connections; what comes after it is closed, is closed too. */
  private final ChannelGroup channels;

  private final List<InetSocketAddress> addresses = new ArrayList<>();

  /**
   * The output that the session being served writes to, and that session's channel. Both belong to
   * the loop.
   */
  private final WireOutput replies = new WireOutput(new CurrentChannel(), REPLY_BUFFER);

  /**
   * What every read and every reply goes through as long as nobody holds on to it. They belong to
   * the loop, too.
   */
  private final SpareBuffer input = new SpareBuffer(INPUT_BUFFER);

  private final SpareBuffer output = new SpareBuffer(REPLY_BUFFER);

  private @Nullable ChannelHandlerContext current;

  private EventLoopTransport(Listening listening, ServingLimits limits) {
    this.state = new ServerState(limits);
    this.epoll = Epoll.isAvailable() && !(listening instanceof Listening.OnChannel);
    this.loop =
        new SingleThreadIoEventLoop(
            null,
            new DefaultThreadFactory("muster-store", true),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory(),
            Integer.MAX_VALUE,
            RejectedExecutionHandlers.reject(),
            TASKS_MILLIS);
    this.channels = new DefaultChannelGroup(loop, true);
  }

  /**
   * Listens, and serves from now on.
   *
   * @throws IOException if it cannot listen
   * @throws UnsupportedOperationException if it is to listen on a descriptor and native epoll
   *     cannot be loaded
   */
  public static EventLoopTransport start(Listening listening, ServingLimits limits)
      throws IOException {
    EventLoopTransport transport = new EventLoopTransport(listening, limits);
    try {
      transport.listen(listening);
      return transport;
    } catch (IOException | RuntimeException e) {
      transport.close();
      throw e;
    }
  }

  @Override
  public List<InetSocketAddress> addresses() {
    return List.copyOf(addresses);
  }

  @Override
  public ServingStatistics statistics() {
    try {
      return loop.submit(state::statistics).syncUninterruptibly().getNow();
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException("the server is closed", e);
    }
  }

  @Override
  public synchronized void close() {
    // A loop that is told to shut down while it is busy may end without having closed its channels.
    if (!loop.isShuttingDown()) {
      channels.close().awaitUninterruptibly();
    }
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private void listen(Listening listening) throws IOException {
    if (listening instanceof Listening.OnAddresses on) {
      listenOn(on);
    } else if (listening instanceof Listening.OnDescriptor on) {
      if (!epoll) {
        throw new UnsupportedOperationException(
            "listening on descriptor " + on.descriptor() + " needs native epoll",
            Epoll.unavailabilityCause());
      }
      InheritedSocket.prepare(on.descriptor(), on.backlog());
      started(await(bootstrap(() -> new EpollServerSocketChannel(on.descriptor()), on).register()));
    } else if (listening instanceof Listening.OnChannel on) {
      started(await(bootstrap(() -> new NioServerSocketChannel(on.channel()), on).register()));
    }
  }

  private void listenOn(Listening.OnAddresses on) throws IOException {
    ServerBootstrap bootstrap =
        bootstrap(epoll ? EpollServerSocketChannel::new : NioServerSocketChannel::new, on);
    List<Channel> listeners =
        SamePort.bind(
            on.addresses(),
            on.port(),
            (address, port) -> await(bootstrap.bind(address, port)),
            channel -> ((InetSocketAddress) channel.localAddress()).getPort(),
            channel -> channel.close().syncUninterruptibly());
    listeners.forEach(this::started);
  }

  private void started(Channel listener) {
    channels.add(listener);
    addresses.add((InetSocketAddress) listener.localAddress());
  }

  private static Channel await(ChannelFuture future) throws IOException {
    future.awaitUninterruptibly();
    if (future.cause() instanceof IOException e) {
      throw e;
    }
    if (future.cause() != null) {
      throw new IOException(future.cause());
    }
    return future.channel();
  }

  private ServerBootstrap bootstrap(
      io.netty.channel.ChannelFactory<? extends ServerChannel> factory, Listening listening) {
    return new ServerBootstrap()
        .group(loop)
        .channelFactory(factory)
        .option(ChannelOption.SO_BACKLOG, listening.backlog())
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.SO_KEEPALIVE, true)
        .childOption(ChannelOption.RECVBUF_ALLOCATOR, new Reads())
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .handler(new AcceptErrors())
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channels.add(channel);
                SessionHandler handler = new SessionHandler();
                if (state.connected()) {
                  channel.pipeline().addLast(handler);
                } else {
                  complaints.about(
                      channel.remoteAddress(),
                      "all " + state.limits.connections() + " connections are taken");
                  channel.close();
                }
              }
            });
  }

  /** What channels read into. */
  private final class Reads extends DefaultMaxMessagesRecvByteBufAllocator {
    @Override
    @SuppressWarnings("deprecation") // Netty has announced no other way
    public RecvByteBufAllocator.Handle newHandle() {
      return new MaxMessageHandle() {
        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
          return input.orElse(allocator, guess());
        }

        @Override
        public int guess() {
          return OWN_INPUT_BUFFER;
        }
      };
    }
  }

  /**
   * Lets a condition such as too many open files pass. Netty would log the error itself, and lose
   * its thread if logging fails too, which opens files in its turn.
   */
  @ChannelHandler.Sharable
  private final class AcceptErrors extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      complaints.aboutAccepting(cause);
      context.channel().config().setAutoRead(false);
      context
          .executor()
          .schedule(
              () -> context.channel().config().setAutoRead(true),
              ACCEPT_PAUSE_MILLIS,
              TimeUnit.MILLISECONDS);
    }
  }

  /** Writes to the channel that is being served. */
  private final class CurrentChannel implements ByteSink {
    @Override
    public void write(byte[] bytes, int offset, int length) {
      ChannelHandlerContext context = current();
      context.write(output.orElse(context.alloc(), length).writeBytes(bytes, offset, length));
    }

    @Override
    public void writeImmutable(byte[] bytes) {
      current().write(Unpooled.wrappedBuffer(bytes));
    }

    private ChannelHandlerContext current() {
      ChannelHandlerContext context = current;
      if (context == null) {
        throw new IllegalStateException("no session is being served");
      }
      return context;
    }
  }

  /**
   * One connection: holds back what its client sends for as long as the client does not read what
   * it was sent. A turn ends when the channel has enough to write; the next begins as a task of its
   * own, so that no turn begins within another, and no client takes more than its share.
   */
  private final class SessionHandler extends ChannelInboundHandlerAdapter implements Outlet {
    private final Session session = new Session(state, this);

    /** What has been read and not served; of the first, a part may have been. */
    private final Queue<ByteBuf> unserved = new ArrayDeque<>(1);

    private @Nullable ChannelHandlerContext context;
    private boolean inputEnded;

    /** Whether nothing is served any more, only what is written yet to be sent. */
    private boolean finished;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      this.context = context;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      unserved.add((ByteBuf) message);
      if (unserved.size() == 1) {
        takeTurn(context);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      if (!context.channel().isWritable() || unserved.isEmpty()) {
        return;
      }
      if (inputEnded && current == null) {
        takeTurn(context);
      } else {
        context.executor().execute(() -> takeTurn(context));
      }
    }

    /**
     * The client sends no more, but may still read: it gets the replies to what it has sent. Netty
     * 4.2.18 forgets a channel that has neither input nor output to wait for, and fails when there
     * is output to wait for again. So from here on the channel never runs out of output before the
     * last: it is filled up while it writes, and not interrupted.
     *
     * <p>Closing is a task of its own, so that the end of thousands does not hold up a request.
     */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        inputEnded = true;
        context.channel().config().setWriteSpinCount(Integer.MAX_VALUE);
        context.executor().execute(() -> takeTurn(context));
      }
    }

    private void takeTurn(ChannelHandlerContext context) {
      if (finished) {
        releaseUnserved();
        return;
      }
      while (!unserved.isEmpty()) {
        if (!serve(context, unserved.element())) {
          endTurn(context);
          return;
        }
        unserved.remove().release();
      }
      if (inputEnded) {
        finish(context);
      } else if (!context.channel().config().isAutoRead()) {
        context.flush();
        context.channel().config().setAutoRead(true);
      }
    }

    private void endTurn(ChannelHandlerContext context) {
      if (finished) {
        releaseUnserved();
        return;
      }
      context.channel().config().setAutoRead(false);
      context.flush();
      if (context.channel().isWritable() && !inputEnded) {
        context.executor().execute(() -> takeTurn(context));
      }
    }

    /** Serves {@code bytes}; false if some are left, or the client is to be disconnected. */
    private boolean serve(ChannelHandlerContext context, ByteBuf bytes) {
      ByteBuffer in = bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes());
      int start = in.position();
      current = context;
      try {
        boolean more = true;
        while (more && context.channel().isWritable()) {
          more = session.serveNext(in);
          if (replies.pending() > REPLY_BUFFER / 2) {
            replies.flush();
          }
        }
        bytes.skipBytes(in.position() - start);
        return !more;
      } catch (Throwable e) {
        disconnect(context, e);
        return false;
      } finally {
        flushReplies();
        current = null;
      }
    }

    /** Leaves nothing behind for the next client, whatever happens. */
    private void flushReplies() {
      try {
        replies.flush();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    private void disconnect(ChannelHandlerContext context, Throwable reason) {
      state.broken();
      complaints.about(context.channel().remoteAddress(), reason);
      flushReplies();
      finish(context);
    }

    /** Disconnects the client as soon as it has been sent the replies. */
    private void finish(ChannelHandlerContext context) {
      finished = true;
      context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      finished = true;
      releaseUnserved();
      session.close();
      state.disconnected();
    }

    private void releaseUnserved() {
      unserved.forEach(ByteBuf::release);
      unserved.clear();
    }

    /** A connection that broke: its channel closes, and there is nobody to tell. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (!(cause instanceof IOException)) {
        state.broken();
        complaints.about(context.channel().remoteAddress(), cause);
      }
      context.close();
    }

    @Override
    public WireOutput replies() {
      return replies;
    }

    @Override
    public void send(int reply) {
      ChannelHandlerContext to = context;
      if (to != null) {
        to.writeAndFlush(to.alloc().buffer(1).writeByte(reply), to.voidPromise());
      }
    }
  }
}
