package io.muster.admin.internal;

import io.muster.admin.AdminOptions;
import io.muster.admin.AdminResponse;
import io.muster.admin.Resource;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Jetty on a socket that listens already. Jetty starts on a thread of its own when the first client
 * connects, so that an endpoint without clients costs neither start-up time nor memory.
 */
public final class HttpServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HttpServer.class.getName());

  private static final int MAX_THREADS = 10;
  private static final int MIN_THREADS = 2;
  private static final int MAX_CONNECTIONS = 64;
  private static final int MAX_HEADER_BYTES = 16 * 1024;
  private static final long IDLE_MILLIS = 10_000;
  private static final long REQUEST_MILLIS = 10_000;
  private static final long STOP_MILLIS = 5_000;

  /** How long a stop waits for connections that clients keep open between requests. */
  private static final long STOP_IDLE_MILLIS = 100;

  private final ServerSocketChannel channel;
  private final long requestMillis;
  private final Selector firstConnection;

  /** Empty if this was closed before a client connected. */
  private final CompletableFuture<Optional<Server>> started = new CompletableFuture<>();

  private volatile boolean closing;

  private HttpServer(ServerSocketChannel channel, long requestMillis) throws IOException {
    this.channel = channel;
    this.requestMillis = requestMillis;
    this.firstConnection = Selector.open();
  }

  /**
   * Serves resources on a channel. Does not block.
   *
   * @param channel a bound channel; {@link #close} closes it, and so does a failure of Jetty's
   *     start
   * @throws IOException if no selector can be opened; the channel stays open
   */
  public static HttpServer start(ServerSocketChannel channel, AdminOptions options)
      throws IOException {
    return start(channel, options, REQUEST_MILLIS);
  }

  /** The same with the time in which a request has to arrive. */
  static HttpServer start(ServerSocketChannel channel, AdminOptions options, long requestMillis)
      throws IOException {
    HttpServer http = new HttpServer(channel, requestMillis);
    Thread starter = new Thread(() -> http.run(options), "muster-admin-start");
    starter.setDaemon(true);
    starter.start();
    return http;
  }

  private void run(AdminOptions options) {
    try {
      awaitFirstConnection();
      started.complete(closing ? Optional.empty() : Optional.of(server(options)));
    } catch (Throwable e) {
      LOG.log(
          Level.ERROR,
          "cannot start the control endpoint on "
              + channelAddress()
              + "; it stays closed until this process is started again, and the rest of the process"
              + " goes on",
          e);
      closeChannel();
      started.completeExceptionally(e);
    }
  }

  /** Returns when a client has connected or this is being closed. Accepts nothing. */
  private void awaitFirstConnection() throws IOException {
    try (firstConnection) {
      channel.configureBlocking(false);
      SelectionKey unusedKey = channel.register(firstConnection, SelectionKey.OP_ACCEPT);
      while (!closing && firstConnection.select() == 0) {
        // select() may return without a connection.
      }
    }
    channel.configureBlocking(true);
  }

  private Server server(AdminOptions options) throws Exception {
    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS);
    threads.setName("muster-admin");
    threads.setDaemon(true);
    Server server = new Server(threads);
    server.setStopTimeout(STOP_MILLIS);
    Scheduler scheduler = new ScheduledExecutorScheduler("muster-admin-timer", true);
    RequestDeadline deadline = new RequestDeadline(scheduler, requestMillis);
    ServerConnector connector =
        new ServerConnector(server, null, scheduler, null, 1, 1, connections(options, deadline));
    connector.setIdleTimeout(IDLE_MILLIS);
    connector.setShutdownIdleTimeout(STOP_IDLE_MILLIS);
    connector.open(channel);
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, server));
    server.setErrorHandler(new RefusalHandler());
    AccessRules access = new AccessRules(options.token(), options.tls().isPresent());
    server.setHandler(new RequestHandler(access, deadline, resources(options)));
    server.start();
    return server;
  }

  private static ConnectionFactory[] connections(AdminOptions options, RequestDeadline deadline) {
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    configuration.setRequestHeaderSize(MAX_HEADER_BYTES);
    HttpConnectionFactory http = new HttpConnectionFactory(configuration);
    http.addEventListener(deadline);
    return options.tls().isPresent()
        ? TlsConnections.of(options.tls().get(), http)
        : new ConnectionFactory[] {http};
  }

  private static List<Resource> resources(AdminOptions options) {
    List<Resource> all = new ArrayList<>(options.resources());
    all.add(Resource.at("/readyz").get(request -> readiness(options.notReady().get())));
    all.add(Resource.at("/healthz").get(request -> AdminResponse.text("ok\n")));
    String index =
        all.stream()
            .map(r -> r.path() + "  " + String.join(", ", r.methods().keySet()) + "\n")
            .sorted()
            .collect(Collectors.joining());
    all.add(Resource.at("/").get(request -> AdminResponse.text(index)));
    return all;
  }

  private static AdminResponse readiness(Optional<String> reason) {
    return reason
        .map(text -> AdminResponse.text(503, text + "\n"))
        .orElseGet(() -> AdminResponse.text("ready\n"));
  }

  /** Stops the server. Blocks until running requests have ended, at most for 5 seconds. */
  @Override
  public void close() {
    closing = true;
    Selector unusedSelector = firstConnection.wakeup();
    Optional<Server> server;
    try {
      server = started.join();
    } catch (CompletionException e) {
      return;
    }
    try {
      if (server.isPresent()) {
        server.get().stop();
      }
    } catch (Exception e) {
      LOG.log(Level.WARNING, "the control endpoint did not stop in order", e);
    } finally {
      closeChannel();
    }
  }

  private String channelAddress() {
    try {
      return channel.getLocalAddress() instanceof InetSocketAddress address
          ? Addresses.text(address)
          : "a closed socket";
    } catch (IOException e) {
      return "a closed socket";
    }
  }

  private void closeChannel() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the socket of the control endpoint was not closed", e);
    }
  }
}
