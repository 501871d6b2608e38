package io.muster.bench.crowd;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * Many clients of one store server, all driven by the calling thread. They use PyTorch's protocol,
 * so that they can be clients of either server. Unless a method says otherwise, it blocks until all
 * clients have their replies, for at most five minutes. Requests and replies are so short that each
 * takes one write and one read.
 */
public final class Crowd implements AutoCloseable {
  private static final int PING_REPLY_BYTES = 4;
  private static final int ADD_REPLY_BYTES = 8;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final Selector selector = Selector.open();
  private final InetSocketAddress server;
  private final List<Member> members = new ArrayList<>();
  private final ByteBuffer input = ByteBuffer.allocateDirect(64 * 1024);
  private final Message hello;
  private final Message joining;

  /** The number of clients that do not have all replies yet. */
  private int unanswered;

  /** Creates a crowd without clients. */
  public Crowd(int port) throws IOException {
    server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    hello =
        Message.of(
            request -> {
              request.validate();
              request.ping(1);
            });
    joining = Message.of(request -> request.add(Message.bytes("init/"), 1));
  }

  int size() {
    return members.size();
  }

  /**
   * Connects {@code clients} clients at once, each as PyTorch's does: it validates, pings, and
   * after the reply adds one to the counter of workers.
   *
   * @return nanoseconds until the last has the answer to its add
   */
  public long join(int clients) throws IOException {
    long start = System.nanoTime();
    unanswered = clients;
    for (int i = 0; i < clients; i++) {
      members.add(new Member());
      // Otherwise connected clients would get no replies until the last one has begun to connect.
      if (i % 64 == 63) {
        serve(selector.selectNow());
      }
    }
    awaitReplies();
    return System.nanoTime() - start;
  }

  /** Sends a request for each client, and does not wait for replies. */
  void send(IntFunction<Message> requests) throws IOException {
    for (int i = 0; i < members.size(); i++) {
      requests.apply(i).writeTo(members.get(i).channel);
    }
  }

  /**
   * Sends a request on every connection.
   *
   * @return nanoseconds until the last client has read its reply of {@code replyBytes} bytes
   */
  public long exchange(Message request, int replyBytes) throws IOException {
    return loop(request, replyBytes, members.size());
  }

  /** Makes {@link #awaitReplies} also wait for {@code replyBytes} more bytes for each client. */
  void expect(int replyBytes) {
    unanswered = members.size();
    members.forEach(member -> member.missing += replyBytes);
  }

  /**
   * Blocks until all clients have their replies.
   *
   * @throws IOException if a connection fails or the replies have not come after five minutes
   */
  void awaitReplies() throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (unanswered > 0) {
      serve(selector.select(1_000));
      if (System.nanoTime() - deadline > 0) {
        throw new IOException(unanswered + " of " + members.size() + " clients have no answer");
      }
    }
  }

  /**
   * Lets every client send its request again as soon as it has the answer.
   *
   * @return nanoseconds for {@code operations} requests of all clients together
   */
  long loop(Message request, int replyBytes, int operations) throws IOException {
    unanswered = members.size();
    int each = Math.max(1, operations / members.size());
    long start = System.nanoTime();
    for (Member member : members) {
      member.repeat(request, replyBytes, each);
    }
    awaitReplies();
    return System.nanoTime() - start;
  }

  /** Disconnects all clients, one directly after the other. */
  void leave() throws IOException {
    for (Member member : members) {
      member.channel.close();
    }
    members.clear();
    // Deregisters them, else their descriptors stay open.
    int unused = selector.selectNow();
  }

  @Override
  public void close() throws IOException {
    leave();
    selector.close();
  }

  private void serve(int ready) throws IOException {
    if (ready == 0) {
      return;
    }
    try {
      selector.selectedKeys().forEach(key -> ((Member) key.attachment()).ready());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    selector.selectedKeys().clear();
  }

  /** One client, which is connecting at first, and then says hello and joins. */
  private final class Member {
    private final SocketChannel channel = SocketChannel.open();
    private final SelectionKey key;

    /** The number of bytes of pending replies that have not been read. */
    private int missing = PING_REPLY_BYTES;

    /** The next request. It is sent {@code repeats} times, each time after the reply. */
    private Message next = joining;

    private int nextReplyBytes = ADD_REPLY_BYTES;
    private int repeats = 1;

    Member() throws IOException {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      key = channel.register(selector, SelectionKey.OP_CONNECT, this);
      if (channel.connect(server)) {
        sayHello();
      }
    }

    private void sayHello() throws IOException {
      key.interestOps(SelectionKey.OP_READ);
      hello.writeTo(channel);
    }

    void repeat(Message request, int replyBytes, int times) throws IOException {
      next = request;
      nextReplyBytes = replyBytes;
      repeats = times;
      sendNext();
    }

    private void sendNext() throws IOException {
      repeats--;
      missing += nextReplyBytes;
      next.writeTo(channel);
    }

    void ready() {
      try {
        if (key.isConnectable()) {
          if (channel.finishConnect()) {
            sayHello();
          }
        } else {
          read();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void read() throws IOException {
      int read = channel.read(input.clear());
      if (read < 0) {
        throw new EOFException("the server closed a connection");
      }
      missing -= read;
      if (missing < 0) {
        throw new IOException(-missing + " bytes more than asked for");
      }
      if (missing == 0 && repeats > 0) {
        sendNext();
      } else if (missing == 0) {
        unanswered--;
      }
    }
  }
}
