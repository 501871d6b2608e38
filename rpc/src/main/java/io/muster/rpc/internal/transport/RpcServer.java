package io.muster.rpc.internal.transport;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.muster.rpc.internal.wire.Frame;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The gRPC server of one worker. */
public final class RpcServer implements AutoCloseable {
  private static final Status ANOTHER_WORKER =
      Status.UNAVAILABLE.withDescription("another worker listens there now");
  private static final Status TOO_MANY_ARRIVING =
      Status.RESOURCE_EXHAUSTED.withDescription("too many calls whose messages are on their way");
  private static final Status LATE =
      Status.DEADLINE_EXCEEDED.withDescription("its message did not arrive in time");
  private static final Status NOT_SENT =
      Status.INTERNAL.withDescription("the answer could not be sent");

  /** What fits into the headers of an answer, however it is encoded there. */
  private static final int MAX_DESCRIPTION = 500;

  private static final Duration LEAST_KEEP_ALIVE = Duration.ofSeconds(1);
  private static final Duration FAREWELL = Duration.ofSeconds(5);
  private static final Duration HANDSHAKE = Duration.ofSeconds(20);

  static {
    NettyLogs.guard();
  }

  private static final int RESET_WINDOW_SECONDS = 10;

  private final Map<SocketAddress, ClientConnection> connections = new ConcurrentHashMap<>();
  private final ArrivalLimits limits;
  private final ServerLoops loops = new ServerLoops(this::accepted);
  private final Server server;

  private RpcServer(
      InetSocketAddress address, TransportConfig link, int places, RequestHandler incoming)
      throws IOException {
    limits = new ArrivalLimits(places, link.arrivalTimeout(), connections::size);
    boolean started = false;
    try {
      server = server(address, link, incoming).start();
      started = true;
    } finally {
      if (!started) {
        loops.close();
      }
    }
  }

  /**
   * Listens at an address; port 0 is any free one.
   *
   * @param places how many calls the worker admits
   */
  public static RpcServer at(
      InetSocketAddress address, TransportConfig link, int places, RequestHandler incoming)
      throws IOException {
    return new RpcServer(address, link, places, incoming);
  }

  private Server server(InetSocketAddress address, TransportConfig link, RequestHandler incoming) {
    ServerServiceDefinition service =
        ServerServiceDefinition.builder(Methods.SERVICE)
            .addMethod(Methods.CALL, (call, headers) -> call(call, headers, incoming))
            .addMethod(Methods.CONTROL, (call, headers) -> control(call, headers, incoming))
            .build();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .bossEventLoopGroup(loops.threads())
            .workerEventLoopGroup(loops.threads())
            .channelFactory(loops::serverChannel)
            .addTransportFilter(new Identified())
            .directExecutor()
            .addService(service)
            // A caller may cancel all calls that were admitted.
            .maxRstFramesPerWindow(limits.resets(), RESET_WINDOW_SECONDS)
            .maxConcurrentCallsPerConnection(limits.perConnection())
            .maxInboundMessageSize(link.maxMessageBytes())
            .handshakeTimeout(HANDSHAKE.toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveTime(LEAST_KEEP_ALIVE.toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(link.keepAlive().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(link.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS);
    link.tls().server(builder);
    return builder.build();
  }

  private void accepted(Channel channel) {
    SocketAddress client = channel.remoteAddress();
    if (client == null) {
      // It has disconnected already; what it sent is not read.
      var unused = channel.close();
      return;
    }
    ClientConnection connection = new ClientConnection(channel, limits);
    connections.put(client, connection);
    channel.pipeline().addFirst(new FrameGuard(connection));
    var unused =
        channel.closeFuture().addListener(closed -> connections.remove(client, connection));
  }

  /** Lets calls know of the connection that they come over. */
  private final class Identified extends ServerTransportFilter {
    @Override
    public Attributes transportReady(Attributes attributes) {
      SocketAddress client = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
      ClientConnection connection = client == null ? null : connections.get(client);
      return connection == null
          ? attributes
          : attributes.toBuilder().set(ClientConnection.KEY, connection).build();
    }
  }

  /** The port it listens on. */
  public int port() {
    return server.getPort();
  }

  /** Stops listening, and ends what is under way. */
  @Override
  public void close() {
    try {
      server.shutdownNow();
    } finally {
      endThreadsLater();
    }
  }

  /** Clients are notified before the threads end. */
  private void endThreadsLater() {
    Thread ending =
        new Thread(
            () -> {
              try {
                boolean unused = server.awaitTermination(FAREWELL.toNanos(), TimeUnit.NANOSECONDS);
              } catch (InterruptedException e) {
                // Nobody does that, and the threads end in any case.
                Thread.currentThread().interrupt();
              } finally {
                loops.close();
              }
            },
            "muster-rpc-closing");
    ending.setDaemon(true);
    boolean started = false;
    try {
      ending.start();
      started = true;
    } finally {
      if (!started) {
        loops.close();
      }
    }
  }

  private static ServerCall.Listener<Message> call(
      ServerCall<Message, Message> call, Metadata headers, RequestHandler incoming) {
    Optional<ClientConnection> connection = knowing(call, headers, incoming);
    if (connection.isEmpty()) {
      return refused(call, ANOTHER_WORKER);
    }
    boolean nested = headers.get(Connection.DEPTH) != null;
    Optional<Status> refusal = incoming.refusal(nested);
    if (refusal.isPresent()) {
      return refused(call, refusal.get());
    }
    Deadline deadline = Context.current().getDeadline();
    return new Receiver(call, connection.get()) {
      private RequestHandler.@Nullable Call made;

      @Override
      void received(byte[] message, Reply reply) {
        long nanos =
            deadline == null ? Long.MAX_VALUE : deadline.timeRemaining(TimeUnit.NANOSECONDS);
        made = incoming.call(nested, message, nanos, reply);
      }

      @Override
      public void onCancel() {
        super.onCancel();
        RequestHandler.Call current = made;
        if (current != null) {
          current.abandon();
        }
      }
    }.begin();
  }

  private static ServerCall.Listener<Message> control(
      ServerCall<Message, Message> call, Metadata headers, RequestHandler incoming) {
    Optional<ClientConnection> connection = knowing(call, headers, incoming);
    if (connection.isEmpty()) {
      return refused(call, ANOTHER_WORKER);
    }
    return new Receiver(call, connection.get()) {
      @Override
      void received(byte[] message, Reply reply) {
        incoming.control(message, reply);
      }
    }.begin();
  }

  /**
   * The connection that a call comes over, if the caller knows this worker from the store, as those
   * of the world do.
   */
  private static Optional<ClientConnection> knowing(
      ServerCall<Message, Message> call, Metadata headers, RequestHandler incoming) {
    Optional<ClientConnection> connection =
        Optional.ofNullable(call.getAttributes().get(ClientConnection.KEY));
    byte[] callee = headers.get(Connection.CALLEE);
    boolean knows =
        callee != null
            && callee.length == Long.BYTES
            && ByteBuffer.wrap(callee).getLong() == incoming.incarnation();
    if (!knows) {
      connection.ifPresent(client -> client.strike("calls of a client that is no worker"));
      return Optional.empty();
    }
    return connection;
  }

  /** Refuses a call of which nothing has been read, so that many do not fill our memory. */
  private static ServerCall.Listener<Message> refused(
      ServerCall<Message, Message> call, Status status) {
    call.close(status, new Metadata());
    return new ServerCall.Listener<>() {};
  }

  /** Collects the one message of a call. */
  private abstract static class Receiver extends ServerCall.Listener<Message>
      implements ClientConnection.Arriving {
    private final ServerCall<Message, Message> call;
    private final ClientConnection connection;
    private @Nullable Message message;
    private boolean arrived;

    Receiver(ServerCall<Message, Message> call, ClientConnection connection) {
      this.call = call;
      this.connection = connection;
    }

    abstract void received(byte[] bytes, Reply reply);

    Receiver begin() {
      if (connection.begins(this)) {
        call.request(2);
      } else {
        arrived = true;
        call.close(TOO_MANY_ARRIVING, new Metadata());
      }
      return this;
    }

    @Override
    public void onMessage(Message received) {
      message = received;
    }

    @Override
    public void onHalfClose() {
      if (arrived) {
        return;
      }
      arrived = true;
      connection.ends(this);
      Reply reply = new CallReply(call);
      Message request = message;
      if (request == null) {
        reply.refuse(Status.INVALID_ARGUMENT.withDescription("a call without a message"));
      } else {
        message = null;
        received(request.bytes(), reply);
      }
    }

    @Override
    public void onCancel() {
      if (!arrived) {
        arrived = true;
        connection.ends(this);
        connection.wastes();
      }
    }

    @Override
    public void late() {
      if (!arrived) {
        arrived = true;
        message = null;
        call.close(LATE, new Metadata());
      }
    }
  }

  private static final class CallReply implements Reply {
    private final ServerCall<Message, Message> call;
    private boolean replied;

    CallReply(ServerCall<Message, Message> call) {
      this.call = call;
    }

    @Override
    public void send(Frame frame) {
      reply(frame, Status.OK);
    }

    @Override
    public void refuse(Status status) {
      String description = status.getDescription();
      reply(
          null,
          description == null || description.length() <= MAX_DESCRIPTION
              ? status
              : status.withDescription(description.substring(0, MAX_DESCRIPTION) + "…"));
    }

    private synchronized void reply(@Nullable Frame frame, Status status) {
      if (replied || call.isCancelled()) {
        return;
      }
      replied = true;
      try {
        if (frame != null) {
          call.sendHeaders(new Metadata());
          call.sendMessage(new Message(frame));
        }
        call.close(status, new Metadata());
      } catch (Throwable e) {
        // The caller gave up in this moment, or the JVM has no memory for the message.
        closeAnyway();
      }
    }

    private void closeAnyway() {
      try {
        call.close(NOT_SENT, new Metadata());
      } catch (Throwable e) {
        // It is closed, so that the caller has heard of the end.
        assert e != null;
      }
    }
  }
}
