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
 * A TCP server that keeps a store for PyTorch's and Muster's clients; the server half of PyTorch's
 * {@code TCPStore}.
 *
 * <p>It serves from {@link #start} on, on threads of its own that do not keep the JVM alive, until
 * {@link #close}. What a client sends never ends it: a client that breaks the protocol or a limit
 * is disconnected and disturbs nobody else. Keys live in memory and are gone with the server. The
 * protocol has neither encryption nor passwords; it listens on loopback unless told otherwise.
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

  /** Starts a server on a free port of loopback. */
  public static StoreServer start() {
    return start(StoreServerOptions.defaults());
  }

  /**
   * Starts a server. When this returns, clients can connect.
   *
   * @throws NetworkException if it cannot listen; the message names the address and says why
   * @throws IllegalArgumentException if a socket to listen on is bound to another port than {@link
   *     StoreServerOptions#port}
   * @throws UnsupportedOperationException if it is to listen on a descriptor and this is not Linux
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

  /** The addresses it listens on, all with the same port, at least one. */
  public List<InetSocketAddress> addresses() {
    return transport.addresses();
  }

  /** How input and output are done. */
  public ServerBackend backend() {
    return options.backend();
  }

  /** The options that the server was started with. */
  public StoreServerOptions options() {
    return options;
  }

  /**
   * The counts of this moment, taken between two requests.
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
   * Waits until the server serves no more. A server ends itself when all it did has failed for some
   * ten seconds, for lack of memory for instance; it has disconnected its clients and logged why.
   *
   * @return true if it was closed, false if it has ended itself
   * @throws InterruptedException if the calling thread is interrupted
   */
  public boolean awaitTermination() throws InterruptedException {
    return transport.awaitEnd();
  }

  /**
   * Stops listening, disconnects every client, and forgets all keys; returns when that is done.
   * Clients that wait learn of it at once. Closing again does nothing.
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
