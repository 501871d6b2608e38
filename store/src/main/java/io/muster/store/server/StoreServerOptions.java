package io.muster.store.server;

import io.muster.store.internal.serving.ServingLimits;
import io.muster.store.internal.socket.KeepAlive;
import io.muster.store.internal.wire.WireLimits;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link StoreServer} listens, and its limits. Immutable and thread-safe.
 *
 * <p>Defaults and precedence:
 *
 * <ul>
 *   <li>{@link #bind}: loopback (127.0.0.1 and ::1); a {@link #listenDescriptor} or {@link
 *       #listenChannel} takes its place, and only one of the three may be set
 *   <li>{@link #port}: 0, any free port
 *   <li>{@link #jobs}: one job "default" on {@link #port}
 *   <li>{@link #resetWhenIdle}: never
 *   <li>{@link #backlog}: {@value #DEFAULT_BACKLOG} connections
 *   <li>{@link #keepAliveIdle}, {@link #keepAliveInterval}, {@link #keepAliveProbes}: 15 s, 5 s, 3
 *   <li>{@link #backend}: {@link ServerBackend#EVENT_LOOP}
 *   <li>{@link #maxKeyBytes}, {@link #maxValueBytes}, {@link #maxKeysPerRequest}: the limits of
 *       PyTorch's server, 8 KiB, 8 MiB and 131,072
 *   <li>{@link #maxConnections}, {@link #maxStoredBytes}: no limit, as in PyTorch
 *   <li>{@link #maxHeapBytes}: the maximum heap of the JVM
 *   <li>{@link #dataDirectory}: none; keys are lost with the server
 * </ul>
 */
public final class StoreServerOptions {
  /** The default port of PyTorch's programs. */
  public static final int PYTORCH_PORT = 29500;

  /** The default number of connections in the accept queue: 16,384. The system may allow fewer. */
  public static final int DEFAULT_BACKLOG = 16 * 1024;

  /** The default maximum length of a key: 8 KiB, including the slash that TCP clients prepend. */
  public static final int DEFAULT_MAX_KEY_BYTES = WireLimits.PYTORCH.keyBytes();

  /** The default maximum length of a value in one request: 8 MiB. */
  public static final int DEFAULT_MAX_VALUE_BYTES = WireLimits.PYTORCH.valueBytes();

  /** The default maximum number of keys in one request: 131,072. */
  public static final int DEFAULT_MAX_KEYS_PER_REQUEST = WireLimits.PYTORCH.keys();

  /** The default maximum number of connections: no limit, as in PyTorch. */
  public static final int DEFAULT_MAX_CONNECTIONS = Integer.MAX_VALUE;

  /**
   * The default maximum number of bytes of keys, values and queued items: no limit, as in PyTorch.
   */
  public static final long DEFAULT_MAX_STORED_BYTES = Long.MAX_VALUE;

  /**
   * The default part of the heap that the server allots to its clients: the maximum heap of the
   * JVM. See {@link Builder#maxHeapBytes}.
   */
  public static final long DEFAULT_MAX_HEAP_BYTES = Runtime.getRuntime().maxMemory();

  private static final long MIN_HEAP_BYTES = 1024 * 1024;

  private final Builder settings;

  private StoreServerOptions(Builder settings) {
    this.settings = settings.copy();
  }

  /** A builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** The defaults. */
  public static StoreServerOptions defaults() {
    return builder().build();
  }

  /** A builder with these options. */
  public Builder toBuilder() {
    return settings.copy();
  }

  /**
   * The address, host or network interface to bind; {@code *} for all interfaces; null for
   * loopback. IPv6 addresses have no brackets.
   */
  public @Nullable String bind() {
    return settings.bind;
  }

  /** The port to bind; 0 for any free port. */
  public int port() {
    return settings.port;
  }

  /** The maximum length of the accept queue. */
  public int backlog() {
    return settings.backlog;
  }

  /** How long a client may be silent before the first keep-alive probe. */
  public Duration keepAliveIdle() {
    return Duration.ofSeconds(settings.keepAlive.idleSeconds());
  }

  /** The time between keep-alive probes. */
  public Duration keepAliveInterval() {
    return Duration.ofSeconds(settings.keepAlive.intervalSeconds());
  }

  /** The number of unanswered probes after which a client is disconnected. */
  public int keepAliveProbes() {
    return settings.keepAlive.probes();
  }

  /** The jobs that the server starts with; empty for one job "default" on {@link #port}. */
  public List<JobOptions> jobs() {
    return settings.jobs;
  }

  KeepAlive keepAlive() {
    return settings.keepAlive;
  }

  /** How the server does its I/O. */
  public ServerBackend backend() {
    return settings.backend;
  }

  /** The inherited descriptor of a socket to listen on, which a server takes over; or empty. */
  public OptionalInt listenDescriptor() {
    return settings.listenDescriptor;
  }

  /** The bound socket to listen on, which a server takes over; or null. */
  public @Nullable ServerSocketChannel listenChannel() {
    return settings.listenChannel;
  }

  /** The maximum length of a key, in bytes. */
  public int maxKeyBytes() {
    return settings.maxKeyBytes;
  }

  /** The maximum length of a value in one request, and of a value after an append, in bytes. */
  public int maxValueBytes() {
    return settings.maxValueBytes;
  }

  /** The maximum number of keys in one request. */
  public int maxKeysPerRequest() {
    return settings.maxKeysPerRequest;
  }

  /** The maximum number of connections. */
  public int maxConnections() {
    return settings.maxConnections;
  }

  /** The maximum number of bytes of keys, values and queued items. */
  public long maxStoredBytes() {
    return settings.maxStoredBytes;
  }

  /**
   * How long the last client of a job's world must have been gone when its keys are forgotten;
   * empty if the keys stay.
   */
  public Optional<Duration> resetWhenIdle() {
    return Optional.ofNullable(settings.resetWhenIdle);
  }

  /** The number of heap bytes that the server allots to its clients. */
  public long maxHeapBytes() {
    return settings.maxHeapBytes;
  }

  /** The directory in which the server records its jobs and their keys, if it does. */
  public Optional<Path> dataDirectory() {
    return Optional.ofNullable(settings.dataDirectory);
  }

  ServingLimits limits() {
    return new ServingLimits(
        new WireLimits(maxKeyBytes(), maxValueBytes(), maxKeysPerRequest(), maxStoredBytes()),
        maxConnections(),
        maxStoredBytes(),
        maxHeapBytes());
  }

  @Override
  public String toString() {
    return settings.toString();
  }

  /** Builds {@link StoreServerOptions}, which lists the defaults. Not thread-safe. */
  public static final class Builder {
    private @Nullable String bind;
    private int port;
    private int backlog = DEFAULT_BACKLOG;
    private KeepAlive keepAlive = KeepAlive.DEFAULT;
    private ServerBackend backend = ServerBackend.EVENT_LOOP;
    private OptionalInt listenDescriptor = OptionalInt.empty();
    private @Nullable ServerSocketChannel listenChannel;
    private List<JobOptions> jobs = List.of();
    private @Nullable Duration resetWhenIdle;
    private int maxKeyBytes = DEFAULT_MAX_KEY_BYTES;
    private int maxValueBytes = DEFAULT_MAX_VALUE_BYTES;
    private int maxKeysPerRequest = DEFAULT_MAX_KEYS_PER_REQUEST;
    private int maxConnections = DEFAULT_MAX_CONNECTIONS;
    private long maxStoredBytes = DEFAULT_MAX_STORED_BYTES;
    private long maxHeapBytes = DEFAULT_MAX_HEAP_BYTES;
    private @Nullable Path dataDirectory;

    private Builder() {}

    private Builder copy() {
      Builder copy = new Builder();
      copy.bind = bind;
      copy.port = port;
      copy.backlog = backlog;
      copy.keepAlive = keepAlive;
      copy.backend = backend;
      copy.listenDescriptor = listenDescriptor;
      copy.listenChannel = listenChannel;
      copy.jobs = jobs;
      copy.resetWhenIdle = resetWhenIdle;
      copy.maxKeyBytes = maxKeyBytes;
      copy.maxValueBytes = maxValueBytes;
      copy.maxKeysPerRequest = maxKeysPerRequest;
      copy.maxConnections = maxConnections;
      copy.maxStoredBytes = maxStoredBytes;
      copy.maxHeapBytes = maxHeapBytes;
      copy.dataDirectory = dataDirectory;
      return copy;
    }

    /**
     * Sets what to listen on. The default is loopback: 127.0.0.1 and ::1, or the one that the
     * machine has. The protocol has neither encryption nor authentication: bind other addresses
     * only in a network that you trust.
     *
     * <ul>
     *   <li>{@code *} or {@code ::}: all interfaces, with IPv6 and IPv4. On a machine without IPv6,
     *       {@code *} means IPv4 only.
     *   <li>{@code 0.0.0.0}: all interfaces, with IPv4 only.
     *   <li>Any other address; brackets around an IPv6 address are optional.
     *   <li>The name of a network interface, such as {@code eth0}: all its addresses. It takes
     *       precedence over a host with the same name.
     *   <li>A host name: those of its addresses that the machine has.
     * </ul>
     *
     * @throws IllegalArgumentException if {@code host} is empty
     */
    public Builder bind(String host) {
      String stripped = host.strip();
      if (stripped.isEmpty()) {
        throw new IllegalArgumentException(
            "bind is empty; it must be an address, a host, a network interface, or *");
      }
      boolean bracketed =
          stripped.startsWith("[") && stripped.endsWith("]") && stripped.contains(":");
      this.bind = bracketed ? stripped.substring(1, stripped.length() - 1) : stripped;
      return this;
    }

    /**
     * Sets the port; default 0, any free port.
     *
     * @throws IllegalArgumentException if {@code port} is not 0 to 65535
     */
    public Builder port(int port) {
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException(
            "port must have value from 0 to 65535 but was " + port + ".");
      }
      this.port = port;
      return this;
    }

    /** Limits the accept queue, at least 1; default {@link #DEFAULT_BACKLOG}. */
    public Builder backlog(int backlog) {
      this.backlog = (int) atLeastOne("backlog", backlog);
      return this;
    }

    /**
     * Sets when a client whose host has vanished or is unreachable is disconnected. After {@code
     * idle} without a byte from the client the system sends a keep-alive probe, and then one every
     * {@code interval}. It closes the connection when {@code probes} of them are unanswered. Until
     * then the client's waits and barrier arrivals count. The defaults are 15 s, 5 s and 3, so a
     * vanished client is disconnected after 30 s. PyTorch uses the system's times, two hours on
     * Linux.
     *
     * <p>It has no effect where the JDK does not support these socket options (Windows before 10),
     * nor while the client has replies to acknowledge: TCP then retransmits for about 15 minutes.
     *
     * @param idle 1 s to 32,767 s; a fraction of a second is rounded up
     * @param interval 1 s to 32,767 s; a fraction of a second is rounded up
     * @param probes 1 to 127
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public Builder keepAlive(Duration idle, Duration interval, int probes) {
      this.keepAlive = new KeepAlive(seconds("idle", idle), seconds("interval", interval), probes);
      return this;
    }

    private static int seconds(String name, Duration time) {
      long seconds = time.getSeconds() + (time.getNano() > 0 ? 1 : 0);
      if (seconds < 1 || seconds > KeepAlive.MAX_SECONDS) {
        throw new IllegalArgumentException(
            name + " must be 1 s to " + KeepAlive.MAX_SECONDS + " s but was " + time);
      }
      return (int) seconds;
    }

    /** Sets how the server does its I/O; default {@link ServerBackend#EVENT_LOOP}. */
    public Builder backend(ServerBackend backend) {
      this.backend = Objects.requireNonNull(backend, "backend");
      return this;
    }

    /**
     * Adds a job that the server starts with. A server that starts with jobs has no job "default",
     * and {@link #port} must be 0.
     */
    public Builder job(JobOptions job) {
      List<JobOptions> more = new ArrayList<>(jobs);
      more.add(job);
      this.jobs = List.copyOf(more);
      return this;
    }

    /**
     * Has the keys of each job forgotten when the last client of its world has gone, as {@link
     * JobOptions#withResetWhenIdle} does for one job, which takes precedence.
     *
     * @param grace how long the last client must have been gone; zero is at once
     * @throws IllegalArgumentException if it is negative
     */
    public Builder resetWhenIdle(Duration grace) {
      if (grace.isNegative()) {
        throw new IllegalArgumentException("resetWhenIdle must not be negative but was " + grace);
      }
      this.resetWhenIdle = grace;
      return this;
    }

    /**
     * Listens on an inherited TCP socket that is bound, as PyTorch's {@code master_listen_fd} does.
     * If {@link #port} is not 0 the socket must be bound to it. Linux only; elsewhere use {@link
     * #listenChannel}.
     *
     * <p>When {@link StoreServer#start} returns, the descriptor is closed, and the server owns the
     * socket, which it closes when it is closed. If {@code start} throws an {@link
     * IllegalArgumentException} because of the port, descriptor and socket are closed. If it throws
     * another exception, for example because the descriptor is not a TCP socket, the descriptor
     * stays open and belongs to the caller.
     *
     * @throws IllegalArgumentException if {@code descriptor} is negative
     */
    public Builder listenDescriptor(int descriptor) {
      if (descriptor < 0) {
        throw new IllegalArgumentException("descriptor must not be negative but was " + descriptor);
      }
      this.listenDescriptor = OptionalInt.of(descriptor);
      return this;
    }

    /**
     * Listens on a bound socket of this process. If {@link #port} is not 0 the socket must be bound
     * to it.
     *
     * <p>When {@link StoreServer#start} returns, the server owns the channel, and closes it when it
     * is closed. If {@code start} throws, the caller closes the channel, which has no effect if the
     * server has closed it already.
     */
    public Builder listenChannel(ServerSocketChannel channel) {
      this.listenChannel = Objects.requireNonNull(channel, "channel");
      return this;
    }

    /** Limits keys, in bytes, at least 1; default {@link #DEFAULT_MAX_KEY_BYTES}. */
    public Builder maxKeyBytes(int bytes) {
      this.maxKeyBytes = (int) atLeastOne("maxKeyBytes", bytes);
      return this;
    }

    /**
     * Limits values in one request, and values after an append, in bytes, at least 1; default
     * {@link #DEFAULT_MAX_VALUE_BYTES}. With a {@link #dataDirectory data directory}, a value may
     * become longer if several clients append to it at once: an append is checked when it is
     * received, and applied once it is on the disk.
     */
    public Builder maxValueBytes(int bytes) {
      this.maxValueBytes = (int) atLeastOne("maxValueBytes", bytes);
      return this;
    }

    /**
     * Limits the keys in one request, at least 1; default {@link #DEFAULT_MAX_KEYS_PER_REQUEST}.
     */
    public Builder maxKeysPerRequest(int keys) {
      this.maxKeysPerRequest = (int) atLeastOne("maxKeysPerRequest", keys);
      return this;
    }

    /**
     * Limits the connections, at least 1; default {@link #DEFAULT_MAX_CONNECTIONS}. Further
     * connections are closed when they are accepted.
     */
    public Builder maxConnections(int connections) {
      this.maxConnections = (int) atLeastOne("maxConnections", connections);
      return this;
    }

    /**
     * Limits the bytes of keys, values and queued items, at least 1; default {@link
     * #DEFAULT_MAX_STORED_BYTES}. A client whose write would exceed the limit is disconnected, and
     * no part of the write is kept.
     */
    public Builder maxStoredBytes(long bytes) {
      this.maxStoredBytes = atLeastOne("maxStoredBytes", bytes);
      return this;
    }

    /**
     * Sets how many bytes of the heap the server allots to its clients, at least 1 MiB; default
     * {@link #DEFAULT_MAX_HEAP_BYTES}. About half of it is for keys, values and queued items,
     * including their overhead. The rest is for requests, replies and waits. A client that needs
     * more than is available is disconnected, and other clients are served on. In a process that
     * uses its heap for other purposes, give the server only a part.
     *
     * @throws IllegalArgumentException if it is less than 1 MiB
     */
    public Builder maxHeapBytes(long bytes) {
      if (bytes < MIN_HEAP_BYTES) {
        throw new IllegalArgumentException(
            "maxHeapBytes must be at least " + MIN_HEAP_BYTES + " but was " + bytes);
      }
      this.maxHeapBytes = bytes;
      return this;
    }

    /**
     * Has the server record its jobs and their keys in a directory, from which a server that is
     * started again restores them, also after a crash of the process or the machine. The directory
     * is created if it does not exist; its parent must exist. It is accessible to its owner only.
     * One server at a time uses it.
     *
     * <p>A request is answered when what it changes has been forced to the disk, and so have the
     * earlier changes of its client. PyTorch's set, append, multiSet and push have no reply: what
     * they write is durable once a later request on the connection is answered.
     *
     * <p>Needs {@link ServerBackend#EVENT_LOOP}, and {@code muster-replicated} on the class path.
     */
    public Builder dataDirectory(Path directory) {
      this.dataDirectory = Objects.requireNonNull(directory, "directory");
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if options exclude each other
     */
    public StoreServerOptions build() {
      if (listenDescriptor.isPresent() && listenChannel != null) {
        throw new IllegalArgumentException("listenDescriptor and listenChannel exclude each other");
      }
      if (bind != null && (listenDescriptor.isPresent() || listenChannel != null)) {
        throw new IllegalArgumentException(
            "bind cannot be combined with listenDescriptor or listenChannel");
      }
      if (!jobs.isEmpty() && (port != 0 || listenDescriptor.isPresent() || listenChannel != null)) {
        throw new IllegalArgumentException(
            "port, listenDescriptor and listenChannel are for a server without named jobs");
      }
      if (dataDirectory != null && backend != ServerBackend.EVENT_LOOP) {
        throw new IllegalArgumentException("dataDirectory needs the backend EVENT_LOOP");
      }
      return new StoreServerOptions(this);
    }

    private static long atLeastOne(String name, long value) {
      if (value < 1) {
        throw new IllegalArgumentException(name + " must be at least 1 but was " + value);
      }
      return value;
    }

    @Override
    public String toString() {
      return "StoreServerOptions(bind="
          + (bind == null ? "loopback" : bind)
          + ", port="
          + port
          + ", backlog="
          + backlog
          + ", keepAlive="
          + keepAlive
          + ", backend="
          + backend
          + ", listenDescriptor="
          + listenDescriptor
          + ", listenChannel="
          + listenChannel
          + ", jobs="
          + jobs
          + ", resetWhenIdle="
          + resetWhenIdle
          + ", maxKeyBytes="
          + maxKeyBytes
          + ", maxValueBytes="
          + maxValueBytes
          + ", maxKeysPerRequest="
          + maxKeysPerRequest
          + ", maxConnections="
          + maxConnections
          + ", maxStoredBytes="
          + maxStoredBytes
          + ", maxHeapBytes="
          + maxHeapBytes
          + ", dataDirectory="
          + dataDirectory
          + ")";
    }
  }
}
