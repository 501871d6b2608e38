package io.muster.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What a process group could be built on: bytes handed from a thread's buffer to another thread's
 * buffer through loopback, by Java's selectors and by Netty's epoll. Both ends are in this process,
 * with an I/O thread each.
 */
public final class EnginesSideBySide {
  private static final int ROUNDS = 15;
  private static final int WARM_UP = 5;
  private static final int SEND_BUFFER_BYTES = 512 << 10;

  private EnginesSideBySide() {}

  /** A way for bytes from one end to the other. */
  private interface Engine extends AutoCloseable {
    /** Hands a message to one end, and returns when it is complete in a buffer of the other's. */
    void there(ByteBuffer from, ByteBuffer to) throws Exception;

    @Override
    void close() throws IOException;
  }

  /** Measures, and prints ratios. */
  public static void main(String[] args) throws Exception {
    System.out.println("| bytes | NIO, µs | Netty, µs | Netty / NIO |\n|---:|---:|---:|---:|");
    for (int bytes : new int[] {48, 1 << 10, 1 << 16, 1 << 20, 16 << 20}) {
      int times = Math.max(5, Math.min(3_000, (64 << 20) / bytes));
      Samples nio = new Samples();
      Samples netty = new Samples();
      try (Engine selectors = new Selectors();
          Engine events = new Events()) {
        for (int round = -WARM_UP; round < ROUNDS; round++) {
          double first = micros(round % 2 == 0 ? selectors : events, bytes, times);
          double second = micros(round % 2 == 0 ? events : selectors, bytes, times);
          if (round >= 0) {
            nio.add(round % 2 == 0 ? first : second);
            netty.add(round % 2 == 0 ? second : first);
          }
        }
      }
      System.out.printf(
          Locale.ROOT, "| %,d | %s | %s | %s |%n", bytes, nio, netty, netty.over(nio));
    }
  }

  private static double micros(Engine engine, int bytes, int times) throws Exception {
    ByteBuffer from = ByteBuffer.allocateDirect(bytes);
    ByteBuffer to = ByteBuffer.allocateDirect(bytes);
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
      engine.there(from, to);
    }
    return (System.nanoTime() - start) / 1e3 / times;
  }

  /** Where the receiving end puts the bytes, and whom it tells. */
  private static final class Place {
    private volatile ByteBuffer buffer = ByteBuffer.allocate(0);
    private final Semaphore full = new Semaphore(0);

    void prepare(ByteBuffer to) {
      buffer = to.duplicate();
    }

    void awaitFull() throws InterruptedException {
      full.acquire();
    }
  }

  /** The caller writes what fits at once, the thread of the selector reads to where it belongs. */
  private static final class Selectors implements Engine {
    private final SocketChannel sender;
    private final SocketChannel receiver;
    private final Selector selector = Selector.open();
    private final Place place = new Place();
    private final Semaphore toWrite = new Semaphore(0);
    private volatile ByteBuffer unsent = ByteBuffer.allocate(0);

    Selectors() throws IOException {
      try (ServerSocketChannel server = ServerSocketChannel.open()) {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        sender = SocketChannel.open(server.getLocalAddress());
        receiver = server.accept();
      }
      for (SocketChannel end : new SocketChannel[] {sender, receiver}) {
        end.setOption(StandardSocketOptions.TCP_NODELAY, true);
        end.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER_BYTES);
        end.configureBlocking(false);
      }
      SelectionKey unused = receiver.register(selector, SelectionKey.OP_READ);
      Thread writer = new Thread(this::write, "nio-write");
      Thread reader = new Thread(this::read, "nio-read");
      writer.setDaemon(true);
      reader.setDaemon(true);
      writer.start();
      reader.start();
    }

    private void write() {
      try (Selector writable = Selector.open()) {
        SelectionKey unused = sender.register(writable, SelectionKey.OP_WRITE);
        while (true) {
          toWrite.acquire();
          while (unsent.hasRemaining()) {
            int unusedReady = writable.select(key -> {});
            int unusedWritten = sender.write(unsent);
          }
        }
      } catch (IOException | InterruptedException e) {
        return;
      }
    }

    private void read() {
      try {
        while (selector.isOpen()) {
          int unusedReady = selector.select(key -> readAll());
        }
      } catch (IOException | UncheckedIOException e) {
        // The measurement is over.
        return;
      }
    }

    private void readAll() {
      try {
        ByteBuffer into = place.buffer;
        if (receiver.read(into) >= 0 && !into.hasRemaining()) {
          place.full.release();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void there(ByteBuffer from, ByteBuffer to) throws IOException, InterruptedException {
      place.prepare(to);
      ByteBuffer rest = from.duplicate();
      int unusedWritten = sender.write(rest);
      if (rest.hasRemaining()) {
        unsent = rest;
        toWrite.release();
      }
      place.awaitFull();
    }

    @Override
    public void close() throws IOException {
      sender.close();
      receiver.close();
      selector.close();
    }
  }

  /** Netty writes and reads on its event loops; what it has read is copied to where it belongs. */
  private static final class Events implements Engine {
    private final EventLoopGroup threads =
        new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
    private final Channel sender;
    private final Place place = new Place();

    Events() throws InterruptedException {
      Channel server =
          new ServerBootstrap()
              .group(threads)
              .channel(EpollServerSocketChannel.class)
              .childHandler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                      channel.pipeline().addLast(new Copying(place));
                    }
                  })
              .bind(InetAddress.getLoopbackAddress(), 0)
              .sync()
              .channel();
      SocketAddress address = server.localAddress();
      sender =
          new Bootstrap()
              .group(threads)
              .channel(EpollSocketChannel.class)
              .option(ChannelOption.TCP_NODELAY, true)
              .option(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES)
              .handler(new ChannelInboundHandlerAdapter())
              .connect(address)
              .sync()
              .channel();
    }

    @Override
    public void there(ByteBuffer from, ByteBuffer to) throws InterruptedException {
      place.prepare(to);
      var unused = sender.writeAndFlush(Unpooled.wrappedBuffer(from));
      place.awaitFull();
    }

    @Override
    public void close() {
      threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  private static final class Copying extends ChannelInboundHandlerAdapter {
    private final Place place;

    Copying(Place place) {
      this.place = place;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      ByteBuffer into = place.buffer;
      into.put(bytes.nioBuffer());
      bytes.release();
      if (!into.hasRemaining()) {
        place.full.release();
      }
    }
  }
}
