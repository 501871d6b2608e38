package io.muster.store.server;

import io.muster.store.internal.serving.ServingLimits;
import io.muster.store.internal.socket.KeepAlive;
import io.muster.store.internal.wire.WireLimits;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link StoreServer} listens and what it takes on. Immutable.
 *
 * <p>By default: loopback (127.0.0.1 and ::1), any free port, the event loop, and the limits of
 * PyTorch's own server.
 */
public final class StoreServerOptions {
  /** The port that PyTorch's programs try when they are told none. */
  public static final int PYTORCH_PORT = 29500;

  /** How many connections may wait to be accepted; the system may allow fewer. */
  public static final int DEFAULT_BACKLOG = 16 * 1024;

  /** The longest key, in bytes, with the slash that TCP clients put before it. */
  public static final int DEFAULT_MAX_KEY_BYTES = WireLimits.PYTORCH.keyBytes();

  /** The longest value in one request, in bytes: 8 MiB. */
  public static final int DEFAULT_MAX_VALUE_BYTES = WireLimits.PYTORCH.valueBytes();

  /** The most keys in one request: 131,072. */
  public static final int DEFAULT_MAX_KEYS_PER_REQUEST = WireLimits.PYTORCH.keys();

  /** The most connections at once: no limit of its own, as in PyTorch. */
  public static final int DEFAULT_MAX_CONNECTIONS = Integer.MAX_VALUE;

  /** The most bytes of keys, values and queued items: no limit of its own, as in PyTorch. */
  public static final long DEFAULT_MAX_STORED_BYTES = Long.MAX_VALUE;

  /**
   * The part of the heap that the server shares out to what its clients make it hold: all that the
   * JVM may use. See {@link Builder#maxHeapBytes}.
   */
  public static final long DEFAULT_MAX_HEAP_BYTES = Runtime.getRuntime().maxMemory();

  private static final long LEAST_HEAP_BYTES = 1024 * 1024;

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
   * The address (of IPv6 without brackets), host or network interface to bind, {@code *} for all,
   * or null for loopback.
   */
  public @Nullable String bind() {
    return settings.bind;
  }

  /** The port to bind, 0 for any free one. */
  public int port() {
    return settings.port;
  }

  /** How many connections may wait to be accepted. */
  public int backlog() {
    return settings.backlog;
  }

  /** How long a client may be silent before the server's system asks whether it is there. */
  public Duration keepAliveIdle() {
    return Duration.ofSeconds(settings.keepAlive.idleSeconds());
  }

  /** The time between two questions that remain without an answer. */
  public Duration keepAliveInterval() {
    return Duration.ofSeconds(settings.keepAlive.intervalSeconds());
  }

  /** How many questions remain without an answer before the client is disconnected. */
  public int keepAliveProbes() {
    return settings.keepAlive.probes();
  }

  KeepAlive keepAlive() {
    return settings.keepAlive;
  }

  /** How input and output are done. */
  public ServerBackend backend() {
    return settings.backend;
  }

  /** The inherited socket to listen on instead of binding one. */
  public OptionalInt listenDescriptor() {
    return settings.listenDescriptor;
  }

  /** The bound socket to listen on instead of binding one, or null. */
  public @Nullable ServerSocketChannel listenChannel() {
    return settings.listenChannel;
  }

  /** The longest key, in bytes. */
  public int maxKeyBytes() {
    return settings.maxKeyBytes;
  }

  /** The longest value in one request, or that an append makes, in bytes. */
  public int maxValueBytes() {
    return settings.maxValueBytes;
  }

  /** The most keys in one request. */
  public int maxKeysPerRequest() {
    return settings.maxKeysPerRequest;
  }

  /** The most connections at once. */
  public int maxConnections() {
    return settings.maxConnections;
  }

  /** The most bytes of keys, values and queued items. */
  public long maxStoredBytes() {
    return settings.maxStoredBytes;
  }

  /** How many bytes of the heap the server shares out to what its clients make it hold. */
  public long maxHeapBytes() {
    return settings.maxHeapBytes;
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

  /** Collects options. Not thread-safe. */
  public static final class Builder {
    private @Nullable String bind;
    private int port;
    private int backlog = DEFAULT_BACKLOG;
    private KeepAlive keepAlive = KeepAlive.DEFAULT;
    private ServerBackend backend = ServerBackend.EVENT_LOOP;
    private OptionalInt listenDescriptor = OptionalInt.empty();
    private @Nullable ServerSocketChannel listenChannel;
    private int maxKeyBytes = DEFAULT_MAX_KEY_BYTES;
    private int maxValueBytes = DEFAULT_MAX_VALUE_BYTES;
    private int maxKeysPerRequest = DEFAULT_MAX_KEYS_PER_REQUEST;
    private int maxConnections = DEFAULT_MAX_CONNECTIONS;
    private long maxStoredBytes = DEFAULT_MAX_STORED_BYTES;
    private long maxHeapBytes = DEFAULT_MAX_HEAP_BYTES;

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
      copy.maxKeyBytes = maxKeyBytes;
      copy.maxValueBytes = maxValueBytes;
      copy.maxKeysPerRequest = maxKeysPerRequest;
      copy.maxConnections = maxConnections;
      copy.maxStoredBytes = maxStoredBytes;
      copy.maxHeapBytes = maxHeapBytes;
      return copy;
    }

    /**
     * What to listen on; default: loopback, 127.0.0.1 and ::1, or the one of them that the machine
     * has. The protocol has neither encryption nor passwords: bind more than loopback only in a
     * network you trust.
     *
     * <ul>
     *   <li>{@code *} or {@code ::}: all interfaces, by IPv6 and IPv4. On a machine without IPv6
     *       {@code *} is IPv4 only.
     *   <li>{@code 0.0.0.0}: all interfaces, by IPv4 only.
     *   <li>Another address; of IPv6 with or without brackets.
     *   <li>The name of a network interface, such as {@code eth0}: all its addresses. It takes
     *       precedence over a host of the same name.
     *   <li>A host: those of its addresses that the machine has.
     * </ul>
     *
     * @throws IllegalArgumentException if it is empty
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
     * Binds this port; default 0, any free one.
     *
     * @throws IllegalArgumentException if it is not 0 to 65535
     */
    public Builder port(int port) {
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException(
            "port must have value from 0 to 65535 but was " + port + ".");
      }
      this.port = port;
      return this;
    }

    /**
     * How many connections may wait to be accepted, at least 1; default {@link #DEFAULT_BACKLOG}.
     */
    public Builder backlog(int backlog) {
      this.backlog = (int) atLeastOne("backlog", backlog);
      return this;
    }

    /**
     * When a client whose host has vanished, or is cut off, is disconnected: after {@code idle}
     * without a byte from it the system sends a keep-alive probe, then one every {@code interval},
     * and closes the connection when {@code probes} of them remain without an answer. Until then
     * its waits and its arrivals at barriers count. Default: 15 s, 5 s, 3, so after 30 s; PyTorch
     * leaves it to the system, two hours on Linux.
     *
     * <p>It has no effect where the JDK cannot set these options (Windows before 10), nor while the
     * client has replies to acknowledge: TCP then retransmits for about 15 minutes.
     *
     * @param idle 1 s to 32,767 s; a fraction of a second is rounded up
     * @param interval 1 s to 32,767 s; a fraction of a second is rounded up
     * @param probes 1 to 127
     * @throws IllegalArgumentException if one of them is not in its range
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

    /** How input and output are done; default {@link ServerBackend#EVENT_LOOP}. */
    public Builder backend(ServerBackend backend) {
      this.backend = Objects.requireNonNull(backend, "backend");
      return this;
    }

    /**
     * Listens on an inherited TCP socket that is bound, as PyTorch's {@code master_listen_fd} does.
     * The socket belongs to the server once {@link StoreServer#start} has returned. If {@link
     * #port} is not 0 the socket must be bound to it. Linux only; elsewhere use {@link
     * #listenChannel}.
     */
    public Builder listenDescriptor(int descriptor) {
      if (descriptor < 0) {
        throw new IllegalArgumentException("descriptor must not be negative but was " + descriptor);
      }
      this.listenDescriptor = OptionalInt.of(descriptor);
      return this;
    }

    /**
     * Listens on a bound socket of this process, which belongs to the server from {@link
     * StoreServer#start} on. If {@link #port} is not 0 the socket must be bound to it.
     */
    public Builder listenChannel(ServerSocketChannel channel) {
      this.listenChannel = Objects.requireNonNull(channel, "channel");
      return this;
    }

    /** The longest key, in bytes, at least 1; default {@link #DEFAULT_MAX_KEY_BYTES}. */
    public Builder maxKeyBytes(int bytes) {
      this.maxKeyBytes = (int) atLeastOne("maxKeyBytes", bytes);
      return this;
    }

    /**
     * The longest value in one request, or that an append makes, in bytes, at least 1; default
     * {@link #DEFAULT_MAX_VALUE_BYTES}.
     */
    public Builder maxValueBytes(int bytes) {
      this.maxValueBytes = (int) atLeastOne("maxValueBytes", bytes);
      return this;
    }

    /** The most keys in one request, at least 1; default {@link #DEFAULT_MAX_KEYS_PER_REQUEST}. */
    public Builder maxKeysPerRequest(int keys) {
      this.maxKeysPerRequest = (int) atLeastOne("maxKeysPerRequest", keys);
      return this;
    }

    /**
     * The most connections at once, at least 1; default {@link #DEFAULT_MAX_CONNECTIONS}. Further
     * ones are closed as soon as they are accepted.
     */
    public Builder maxConnections(int connections) {
      this.maxConnections = (int) atLeastOne("maxConnections", connections);
      return this;
    }

    /**
     * The most bytes of keys, values and queued items, at least 1; default {@link
     * #DEFAULT_MAX_STORED_BYTES}. A client whose write would go beyond is disconnected, and nothing
     * of that write is kept.
     */
    public Builder maxStoredBytes(long bytes) {
      this.maxStoredBytes = atLeastOne("maxStoredBytes", bytes);
      return this;
    }

    /**
     * How many bytes of the heap the server shares out to what its clients make it hold, at least 1
     * MiB; default: all that the JVM may use. About half of it is for keys, values and queued
     * items, each counted with what it takes beside its bytes. A client that asks for more than
     * there is room for is disconnected; the others are served on. In a process that needs its heap
     * for other things, give the server a part of it.
     *
     * @throws IllegalArgumentException if it is less
     */
    public Builder maxHeapBytes(long bytes) {
      if (bytes < LEAST_HEAP_BYTES) {
        throw new IllegalArgumentException(
            "maxHeapBytes must be at least " + LEAST_HEAP_BYTES + " but was " + bytes);
      }
      this.maxHeapBytes = bytes;
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if they contradict each other
     */
    public StoreServerOptions build() {
      if (listenDescriptor.isPresent() && listenChannel != null) {
        throw new IllegalArgumentException("both a listenDescriptor and a listenChannel are given");
      }
      if (bind != null && (listenDescriptor.isPresent() || listenChannel != null)) {
        throw new IllegalArgumentException("bind is given beside a socket that is bound already");
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
          + ")";
    }
  }
}
