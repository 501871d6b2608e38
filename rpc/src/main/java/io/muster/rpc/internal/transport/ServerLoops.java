package io.muster.rpc.internal.transport;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The event loops that serve the connections of one worker. They end with the worker. Server
 * channels listen when they are bound and accept connections from {@link #acceptConnections} on.
 */
final class ServerLoops implements AutoCloseable {
  private static final long QUIET_MILLIS = 0;
  private static final long MAX_SHUTDOWN_MILLIS = 1000;

  private final Consumer<Channel> onAccept;
  private final EventLoopGroup group;
  private final List<ServerChannel> serverChannels = new CopyOnWriteArrayList<>();

  /**
   * Starts the event loops.
   *
   * @param onAccept called with each accepted connection before anything is read from it
   */
  ServerLoops(Consumer<Channel> onAccept) {
    this.onAccept = onAccept;
    this.group =
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(),
            new DefaultThreadFactory("muster-rpc-server", true),
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  EventLoopGroup group() {
    return group;
  }

  /** Makes a server channel, which is not bound yet. */
  ServerChannel newServerChannel() {
    ServerChannel channel =
        Epoll.isAvailable() ? new EpollServerSocketChannel() : new NioServerSocketChannel();
    // Without automatic reads a server channel listens and does not accept.
    channel.config().setAutoRead(false);
    channel.pipeline().addFirst(new AcceptHandler());
    serverChannels.add(channel);
    return channel;
  }

  /** Accepts connections from now on, first those in the accept queue. */
  void acceptConnections() {
    serverChannels.forEach(channel -> channel.config().setAutoRead(true));
  }

  private final class AcceptHandler extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object child) {
      onAccept.accept((Channel) child);
      context.fireChannelRead(child);
    }
  }

  @Override
  public void close() {
    var unused = group.shutdownGracefully(QUIET_MILLIS, MAX_SHUTDOWN_MILLIS, TimeUnit.MILLISECONDS);
  }
}
