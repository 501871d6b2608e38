package io.muster.store.server;

import io.muster.store.NetworkException;
import io.muster.store.internal.serving.EventLoopTransport;
import io.muster.store.internal.serving.ListenTarget;
import io.muster.store.internal.serving.ServingStatistics;
import io.muster.store.internal.serving.ThreadedTransport;
import io.muster.store.internal.serving.Transport;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A TCP server that holds a store for PyTorch's and Muster's clients; the server side of PyTorch's
 * {@code TCPStore}.
 *
 * <pre>{@code
 * try (StoreServer server = StoreServer.start();
 *     Store store = TcpStore.connect("127.0.0.1", server.port())) {
 *   store.set("rank/0", "10.0.0.1:7000");
 *   long keys = server.statistics().keys();
 * }
 * }</pre>
 *
 * <p>The server runs from {@link #start} until {@link #close}, on daemon threads of its own.
 * Clients cannot stop it: a client that violates the protocol or a limit is disconnected, and other
 * clients are not affected. Keys are held in memory and are lost when the server is closed. The
 * protocol has neither encryption nor authentication; by default the server listens on loopback
 * only.
 *
 * <p>All methods are thread-safe.
 */
public final class StoreServer implements AutoCloseable {
  private static final int FIRST_UNPRIVILEGED_PORT = 1024;

  private final StoreServerOptions options;
  private final Transport transport;

  private StoreServer(StoreServerOptions options, Transport transport) {
    this.options = options;
    this.transport = transport;
  }

  /** Starts a server with the default options, on a free port of loopback. */
  public static StoreServer start() {
    return start(StoreServerOptions.defaults());
  }

  /**
   * Starts a server. Clients can connect when this returns.
   *
   * @throws NetworkException if the server cannot listen; the message names the address and the
   *     reason
   * @throws IllegalArgumentException if the socket to listen on is bound to a port other than
   *     {@link StoreServerOptions#port}
   * @throws UnsupportedOperationException if it is to listen on a descriptor on a system other than
   *     Linux
   */
  public static StoreServer start(StoreServerOptions options) {
    Transport transport = null;
    try {
      ListenTarget listening = listening(options);
      transport =
          switch (options.backend()) {
            case EVENT_LOOP -> EventLoopTransport.start(listening, options.limits());
            case THREADED -> ThreadedTransport.start(listening, options.limits());
          };
      StoreServer server = new StoreServer(options, transport);
      server.requirePort(options);
      return server;
    } catch (IOException e) {
      throw cannotListen(options, e);
    } catch (IllegalArgumentException e) {
      if (transport != null) {
        transport.close();
      }
      throw e;
    }
  }

  private static ListenTarget listening(StoreServerOptions options) throws IOException {
    if (options.listenDescriptor().isPresent()) {
      return new ListenTarget.OnDescriptor(
          options.listenDescriptor().getAsInt(), options.backlog(), options.keepAlive());
    }
    ServerSocketChannel channel = options.listenChannel();
    if (channel != null) {
      if (channel.getLocalAddress() == null) {
        throw new IllegalArgumentException("listenChannel is not bound");
      }
      return new ListenTarget.OnChannel(channel, options.backlog(), options.keepAlive());
    }
    return new ListenTarget.OnAddresses(
        BindAddresses.of(options.bind()), options.port(), options.backlog(), options.keepAlive());
  }

  private void requirePort(StoreServerOptions options) {
    if (options.port() != 0 && options.port() != port()) {
      String socket =
          options.listenDescriptor().isPresent()
              ? "listen fd " + options.listenDescriptor().getAsInt()
              : "listen channel";
      throw new IllegalArgumentException(
          socket
              + " is bound to port "
              + port()
              + ", expected to be bound to port "
              + options.port());
    }
  }

  private static NetworkException cannotListen(StoreServerOptions options, IOException cause) {
    String host = options.bind() == null ? "localhost" : String.valueOf(options.bind());
    String reason = String.valueOf(cause.getMessage());
    return new NetworkException(
        "The server socket has failed to listen on any local network address. port: "
            + options.port()
            + ", address: "
            + host
            + (isInUse(options, cause)
                ? ", name: EADDRINUSE, message: address already in use"
                : ", message: " + reason),
        host + ":" + options.port(),
        cause);
  }

  /**
   * Whether the port is in use. The JDK throws the same exception if an address is not of this
   * machine or the port needs a privilege.
   */
  private static boolean isInUse(StoreServerOptions options, IOException cause) {
    boolean isUnprivileged = options.port() == 0 || options.port() >= FIRST_UNPRIVILEGED_PORT;
    return cause instanceof BindException && isUnprivileged && BindAddresses.areOwn(options.bind());
  }

  /** The port it listens on. */
  public int port() {
    return transport.addresses().get(0).getPort();
  }

  /** The addresses on which the server listens: at least one, all with the same port. */
  public List<InetSocketAddress> addresses() {
    return transport.addresses();
  }

  /** The backend of the server. */
  public ServerBackend backend() {
    return options.backend();
  }

  /** The options that the server was started with. */
  public StoreServerOptions options() {
    return options;
  }

  /**
   * Returns the current counts, taken between two requests.
   *
   * @throws IllegalStateException if the server is closed
   */
  public StoreServerStatistics statistics() {
    ServingStatistics counts = transport.statistics();
    Map<String, Long> requests = new HashMap<>();
    counts.requests().forEach((opcode, served) -> requests.put(opcode.name(), served));
    return new StoreServerStatistics(
        counts.openConnections(),
        counts.acceptedConnections(),
        counts.refusedConnections(),
        counts.brokenConnections(),
        counts.waits(),
        counts.keys(),
        counts.storedBytes(),
        requests);
  }

  /**
   * Blocks until the server has stopped. A server stops by itself if everything it does fails for
   * about ten seconds, for example because there is no memory. It then disconnects its clients and
   * logs the reason.
   *
   * @return true if the server was closed, false if it stopped by itself
   * @throws InterruptedException if the calling thread is interrupted
   */
  public boolean awaitTermination() throws InterruptedException {
    return transport.awaitEnd();
  }

  /**
   * Stops listening, disconnects all clients, and deletes all keys. Blocks until that is done.
   * Clients that wait are disconnected at once. Closing again has no effect.
   */
  @Override
  public void close() {
    transport.close();
  }

  @Override
  public String toString() {
    return transport.addresses().stream()
        .map(address -> address.getAddress().getHostAddress() + ":" + address.getPort())
        .collect(Collectors.joining(", ", "StoreServer(", ")"));
  }
}
