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
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC server of one worker. It listens from the start, so that its port can be published, and
 * accepts connections from {@link #serve} on. Clients that connect earlier wait in the accept
 * queue.
 */
public final class RpcServer implements AutoCloseable {
  private static final Duration MIN_KEEP_ALIVE = Duration.ofSeconds(1);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(20);
  private static final int RESET_WINDOW_SECONDS = 10;

  static {
    NettyLogs.guard();
  }

  private final Map<SocketAddress, ClientConnection> connections = new ConcurrentHashMap<>();
  private final ArrivalLimits limits;
  private final ServerLoops loops = new ServerLoops(this::onAccept);
  private final Server server;
  private volatile @Nullable RequestHandler handler;

  private RpcServer(InetSocketAddress address, TransportConfig config, int maxCalls)
      throws IOException {
    limits = new ArrivalLimits(maxCalls, config.arrivalTimeout(), connections::size);
    boolean started = false;
    try {
      server = newServer(address, config).start();
      started = true;
    } finally {
      if (!started) {
        loops.close();
      }
    }
  }

  /**
   * Listens at an address.
   *
   * @param address the address; port 0 means any free port
   * @param maxCalls how many calls the worker admits
   */
  public static RpcServer listen(InetSocketAddress address, TransportConfig config, int maxCalls)
      throws IOException {
    return new RpcServer(address, config, maxCalls);
  }

  /** Accepts connections from now on. To be called once. */
  public void serve(RequestHandler requests) {
    handler = requests;
    loops.acceptConnections();
  }

  private RequestHandler handler() {
    return Objects.requireNonNull(handler, "connections are accepted after serve() only");
  }

  private Server newServer(InetSocketAddress address, TransportConfig config) {
    ServerServiceDefinition service =
        ServerServiceDefinition.builder(Methods.SERVICE)
            .addMethod(Methods.CALL, this::startCall)
            .addMethod(Methods.CONTROL, this::startControl)
            .build();
    return NettyServerBuilder.forAddress(address, config.security().server())
        .bossEventLoopGroup(loops.group())
        .workerEventLoopGroup(loops.group())
        .channelFactory(loops::newServerChannel)
        .addTransportFilter(new ConnectionFilter())
        .directExecutor()
        .addService(service)
        // A caller may cancel all calls that were admitted.
        .maxRstFramesPerWindow(limits.maxResets(), RESET_WINDOW_SECONDS)
        .maxConcurrentCallsPerConnection(limits.maxCallsPerConnection())
        .maxInboundMessageSize(config.maxMessageBytes())
        .handshakeTimeout(HANDSHAKE_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)
        .permitKeepAliveTime(MIN_KEEP_ALIVE.toNanos(), TimeUnit.NANOSECONDS)
        .permitKeepAliveWithoutCalls(true)
        .keepAliveTime(config.keepAlive().toNanos(), TimeUnit.NANOSECONDS)
        .keepAliveTimeout(config.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
        .build();
  }

  private void onAccept(Channel channel) {
    SocketAddress client = channel.remoteAddress();
    if (client == null) {
      // The client has disconnected already. What it sent is not read.
      var unused = channel.close();
      return;
    }
    ClientConnection connection = new ClientConnection(channel, limits);
    connections.put(client, connection);
    channel.pipeline().addFirst(new FrameGuard(connection));
    var unused =
        channel.closeFuture().addListener(closed -> connections.remove(client, connection));
  }

  /** Attaches to each gRPC call the connection that it uses. */
  private final class ConnectionFilter extends ServerTransportFilter {
    @Override
    public Attributes transportReady(Attributes attributes) {
      SocketAddress client = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
      ClientConnection connection = client == null ? null : connections.get(client);
      return connection == null
          ? attributes
          : attributes.toBuilder().set(ClientConnection.KEY, connection).build();
    }
  }

  /** The port that it listens on. */
  public int port() {
    return server.getPort();
  }

  /** Stops listening and ends all calls. Does not block. */
  @Override
  public void close() {
    try {
      server.shutdownNow();
    } finally {
      closeLoopsLater();
    }
  }

  /** Ends the event loops after clients have been notified. */
  private void closeLoopsLater() {
    Thread closer =
        new Thread(
            () -> {
              try {
                boolean unused =
                    server.awaitTermination(CLOSE_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } finally {
                loops.close();
              }
            },
            "muster-rpc-closing");
    closer.setDaemon(true);
    boolean started = false;
    try {
      closer.start();
      started = true;
    } finally {
      if (!started) {
        loops.close();
      }
    }
  }

  private ServerCall.Listener<Message> startCall(
      ServerCall<Message, Message> call, Metadata headers) {
    RequestHandler requests = handler();
    Optional<ClientConnection> connection = connectionOfWorker(call, headers, requests);
    if (connection.isEmpty()) {
      return refuse(call, CallFailure.ANOTHER_WORKER);
    }
    boolean nested = headers.get(Connection.NESTED) != null;
    Optional<CallFailure> refusal = requests.refusal(nested);
    if (refusal.isPresent()) {
      return refuse(call, refusal.get());
    }
    Deadline deadline = Context.current().getDeadline();
    return new RequestReceiver(call, connection.get()) {
      private RequestHandler.@Nullable Call accepted;

      @Override
      void received(byte[] message, Reply reply) {
        long nanos =
            deadline == null ? Long.MAX_VALUE : deadline.timeRemaining(TimeUnit.NANOSECONDS);
        accepted = requests.call(nested, message, nanos, reply);
      }

      @Override
      public void onCancel() {
        super.onCancel();
        RequestHandler.Call current = accepted;
        if (current != null) {
          current.abandon();
        }
      }
    }.begin();
  }

  private ServerCall.Listener<Message> startControl(
      ServerCall<Message, Message> call, Metadata headers) {
    RequestHandler requests = handler();
    Optional<ClientConnection> connection = connectionOfWorker(call, headers, requests);
    if (connection.isEmpty()) {
      return refuse(call, CallFailure.ANOTHER_WORKER);
    }
    return new RequestReceiver(call, connection.get()) {
      @Override
      void received(byte[] message, Reply reply) {
        requests.control(message, reply);
      }
    }.begin();
  }

  /**
   * Returns the connection of a request if the client is a worker of this world: workers know this
   * worker's incarnation from the store.
   */
  private static Optional<ClientConnection> connectionOfWorker(
      ServerCall<Message, Message> call, Metadata headers, RequestHandler requests) {
    Optional<ClientConnection> connection =
        Optional.ofNullable(call.getAttributes().get(ClientConnection.KEY));
    byte[] callee = headers.get(Connection.CALLEE);
    boolean isWorker =
        callee != null
            && callee.length == Long.BYTES
            && ByteBuffer.wrap(callee).getLong() == requests.incarnation();
    if (!isWorker) {
      connection.ifPresent(client -> client.countOffence("calls that name another worker"));
      return Optional.empty();
    }
    return connection;
  }

  /** Refuses a call without reading its message, so that refused calls occupy no memory. */
  private static ServerCall.Listener<Message> refuse(
      ServerCall<Message, Message> call, CallFailure failure) {
    GrpcStatuses.close(call, failure);
    return new ServerCall.Listener<>() {};
  }
}
