package io.muster.store.server;

import io.muster.store.NetworkException;
import io.muster.store.internal.commit.JobRecord;
import io.muster.store.internal.journal.Journal;
import io.muster.store.internal.journal.JournalProvider;
import io.muster.store.internal.serving.EventLoopTransport;
import io.muster.store.internal.serving.ListenTarget;
import io.muster.store.internal.serving.NewJob;
import io.muster.store.internal.serving.ResetWhenIdle;
import io.muster.store.internal.serving.ThreadedTransport;
import io.muster.store.internal.serving.Transport;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
 * <p>A server has one job, called "default", unless its options name others. Each {@link StoreJob}
 * is a store of its own, on a port of its own, for the clients of one world.
 *
 * <pre>{@code
 * try (StoreServer server = StoreServer.start()) {
 *   StoreJob job = server.createJob(JobOptions.of("train-17").withWorldSize(8));
 *   int masterPort = job.port();
 *   job.reset();
 * }
 * }</pre>
 *
 * <p>The server runs from {@link #start} until {@link #close}, on daemon threads of its own.
 * Clients cannot stop it: a client that violates the protocol or a limit is disconnected, and other
 * clients are not affected. Keys are held in memory and are lost when the server is closed, unless
 * the options have a {@link StoreServerOptions.Builder#dataDirectory data directory}. The protocol
 * has neither encryption nor authentication; by default the server listens on loopback only.
 *
 * <p>All methods are thread-safe.
 */
public final class StoreServer implements AutoCloseable {
  private static final Logger LOG = System.getLogger("io.muster.store.server");

  private static final int FIRST_UNPRIVILEGED_PORT = 1024;

  private static final int MAX_JOBS = 1024;

  private final StoreServerOptions options;
  private final Transport transport;

  /** The jobs of the data directory that are not served yet, by name. Guarded by {@link #jobs}. */
  private final Map<String, JobRecord> recorded = new LinkedHashMap<>();

  /** In the order of their creation. Guarded by itself. */
  private final Map<String, StoreJob> jobs = new LinkedHashMap<>();

  /** The first job, which the methods of the server without a job refer to. */
  private final StoreJob first;

  private StoreServer(StoreServerOptions options, Transport transport) throws IOException {
    this.options = options;
    this.transport = transport;
    for (JobRecord job : transport.recordedJobs()) {
      recorded.put(job.name(), job);
    }
    this.first =
        options.jobs().isEmpty()
            ? addDefaultJob()
            : options.jobs().stream().map(this::createJob).toList().get(0);
    for (String name : List.copyOf(recorded.keySet())) {
      StoreJob unused = createJob(JobOptions.of(name));
    }
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
   * @throws DataDirectoryException if the options have a data directory that cannot be used; the
   *     message says why, and what helps
   * @throws UnsupportedOperationException if it is to listen on a descriptor on a system other than
   *     Linux, or if {@code muster-replicated}, which a data directory needs, is not on the class
   *     path
   */
  public static StoreServer start(StoreServerOptions options) {
    Transport transport =
        switch (options.backend()) {
          case EVENT_LOOP -> eventLoop(options);
          case THREADED -> ThreadedTransport.start(options.limits());
        };
    try {
      return new StoreServer(options, transport);
    } catch (IOException e) {
      close(transport, e);
      throw cannotOpen(options.dataDirectory().orElseThrow(), e);
    } catch (Throwable e) {
      close(transport, e);
      throw e;
    }
  }

  private static void close(Transport transport, Throwable reason) {
    try {
      transport.close();
    } catch (Throwable e) {
      reason.addSuppressed(e);
    }
  }

  private static Transport eventLoop(StoreServerOptions options) {
    try {
      return options.dataDirectory().isPresent()
          ? recovered(options.dataDirectory().get(), options)
          : EventLoopTransport.start(options.limits());
    } catch (IOException e) {
      throw cannotListen(options, options.port(), e);
    }
  }

  /** A server that has the contents of a data directory. */
  private static Transport recovered(Path directory, StoreServerOptions options)
      throws IOException {
    JournalProvider provider =
        ServiceLoader.load(JournalProvider.class, StoreServer.class.getClassLoader())
            .findFirst()
            .orElseThrow(
                () ->
                    new UnsupportedOperationException(
                        "a data directory needs muster-replicated on the class path"));
    Journal journal;
    try {
      journal = provider.journal(directory);
    } catch (IOException e) {
      throw cannotOpen(directory, e);
    }
    EventLoopTransport transport;
    try {
      transport = EventLoopTransport.start(options.limits(), journal);
    } catch (Throwable e) {
      journal.close();
      throw e;
    }
    try {
      transport.recover();
      return transport;
    } catch (IOException e) {
      close(transport, e);
      throw cannotOpen(directory, e);
    } catch (Throwable e) {
      close(transport, e);
      throw e;
    }
  }

  private static DataDirectoryException cannotOpen(Path directory, IOException cause) {
    return new DataDirectoryException(directory, String.valueOf(cause.getMessage()), cause);
  }

  /**
   * Creates a job. Its clients can connect when this returns. It listens on the addresses of the
   * server's {@link StoreServerOptions#bind}. With a data directory, the job is recorded then, and
   * exists until it is {@linkplain StoreJob#remove removed}: a server that is started again has it,
   * on the same port.
   *
   * @throws IllegalArgumentException if there is a job with the name, or there are 1,024 jobs
   * @throws NetworkException if the job cannot listen; the message names the address, the port and
   *     the reason
   * @throws UnsupportedOperationException if the backend is {@link ServerBackend#THREADED}, which
   *     has one job and does not reset it
   * @throws IllegalStateException if the server is closed
   */
  public StoreJob createJob(JobOptions job) {
    JobOptions merged = withRecord(job);
    try {
      return add(
          merged,
          new ListenTarget.OnAddresses(
              BindAddresses.of(options.bind()),
              merged.port(),
              options.backlog(),
              options.keepAlive()));
    } catch (IOException e) {
      throw cannotListen(options, merged.port(), e);
    }
  }

  private StoreJob addDefaultJob() {
    JobOptions merged = withRecord(JobOptions.of(JobOptions.DEFAULT_NAME).withPort(options.port()));
    StoreJob job;
    try {
      job = add(merged, listening(options, merged.port()));
    } catch (IOException e) {
      throw cannotListen(options, merged.port(), e);
    }
    requirePort(options, job.port());
    return job;
  }

  /** What is not given for a job is as the data directory has it. */
  private JobOptions withRecord(JobOptions job) {
    JobRecord record;
    synchronized (jobs) {
      record = recorded.get(job.name());
    }
    if (record == null) {
      return job;
    }
    JobOptions merged = job.port() == 0 ? job.withPort(record.port()) : job;
    if (job.worldSize().isEmpty() && record.worldSize() > 0) {
      merged = merged.withWorldSize(record.worldSize());
    }
    Duration grace = record.resetWhenIdle();
    return job.resetWhenIdle().isEmpty() && grace != null
        ? merged.withResetWhenIdle(grace)
        : merged;
  }

  private StoreJob add(JobOptions job, ListenTarget listening) throws IOException {
    // The lock is held while the job begins to listen, so that no other job takes its name.
    synchronized (jobs) {
      if (jobs.containsKey(job.name())) {
        throw new IllegalArgumentException("the server has a job '" + job.name() + "' already");
      }
      if (jobs.size() >= MAX_JOBS) {
        throw new IllegalArgumentException(
            "the server has " + jobs.size() + " jobs already, and can have no more");
      }
      NewJob served =
          new NewJob(
              job.name(),
              job.worldSize().orElse(0),
              job.resetWhenIdle().orElse(null),
              listening,
              resetWhenIdle(job));
      StoreJob added = new StoreJob(job, transport.addJob(served), this::removed);
      jobs.put(job.name(), added);
      recorded.remove(job.name());
      return added;
    }
  }

  private @Nullable ResetWhenIdle resetWhenIdle(JobOptions job) {
    return job.resetWhenIdle()
        .or(options::resetWhenIdle)
        .map(grace -> new ResetWhenIdle(grace, keys -> logForgotten(job.name(), keys)))
        .orElse(null);
  }

  private static void logForgotten(String job, long keys) {
    LOG.log(Level.INFO, "job {0}: the world has gone; {1} keys are forgotten", job, keys);
  }

  private void removed(StoreJob job) {
    synchronized (jobs) {
      boolean unused = jobs.remove(job.name(), job);
    }
  }

  /** The job with a name, if the server has one. */
  public Optional<StoreJob> job(String name) {
    synchronized (jobs) {
      return Optional.ofNullable(jobs.get(name));
    }
  }

  /** The jobs, in the order of their creation. */
  public List<StoreJob> jobs() {
    synchronized (jobs) {
      return List.copyOf(jobs.values());
    }
  }

  private static ListenTarget listening(StoreServerOptions options, int port) throws IOException {
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
        BindAddresses.of(options.bind()), port, options.backlog(), options.keepAlive());
  }

  private static void requirePort(StoreServerOptions options, int port) {
    if (options.port() != 0 && options.port() != port) {
      String socket =
          options.listenDescriptor().isPresent()
              ? "listen fd " + options.listenDescriptor().getAsInt()
              : "listen channel";
      throw new IllegalArgumentException(
          socket
              + " is bound to port "
              + port
              + ", expected to be bound to port "
              + options.port());
    }
  }

  private static NetworkException cannotListen(
      StoreServerOptions options, int port, IOException cause) {
    String host = options.bind() == null ? "localhost" : String.valueOf(options.bind());
    String reason = String.valueOf(cause.getMessage());
    return new NetworkException(
        "The server socket has failed to listen on any local network address. port: "
            + port
            + ", address: "
            + host
            + (isInUse(options, port, cause)
                ? ", name: EADDRINUSE, message: address already in use"
                : ", message: " + reason),
        host + ":" + port,
        cause);
  }

  /**
   * Whether the port is in use. The JDK throws the same type of exception if an address is not of
   * this machine or the port needs a privilege. Its message is not examined: the system or a later
   * JDK may word it in another way.
   */
  private static boolean isInUse(StoreServerOptions options, int port, IOException cause) {
    boolean isUnprivileged = port == 0 || port >= FIRST_UNPRIVILEGED_PORT;
    return cause instanceof BindException && isUnprivileged && BindAddresses.areOwn(options.bind());
  }

  /** The port of the first job. */
  public int port() {
    return first.port();
  }

  /** The addresses of the first job: at least one, all with the same port. */
  public List<InetSocketAddress> addresses() {
    return first.addresses();
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
   * Returns the current counts of the first job, taken between two requests.
   *
   * @throws IllegalStateException if the job is removed or the server is closed
   */
  public StoreServerStatistics statistics() {
    return first.statistics();
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
   * Stops listening, disconnects all clients, and deletes all keys of all jobs, but not those in a
   * data directory. Blocks until that is done. Clients that wait are disconnected at once. Closing
   * again has no effect.
   */
  @Override
  public void close() {
    transport.close();
  }

  @Override
  public String toString() {
    return jobs().stream()
        .flatMap(job -> job.addresses().stream())
        .map(address -> address.getAddress().getHostAddress() + ":" + address.getPort())
        .collect(Collectors.joining(", ", "StoreServer(", ")"));
  }
}
