package io.muster.store;

import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServerOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * How a {@link TcpStore} connects and, if it hosts, serves. Immutable and thread-safe.
 *
 * <p>Defaults and precedence:
 *
 * <ul>
 *   <li>{@link #timeout}: 5 minutes, as in PyTorch
 *   <li>{@link #worldSize}: not fixed, so no store joins a world or waits for one
 *   <li>{@link #waitForWorkers}: true; without a world size it has no effect
 *   <li>{@link #multiTenant}: false
 *   <li>{@link #joinIfPortTaken}: false; torchelastic's environment variables can have the same
 *       effect
 *   <li>{@link #environment}: the environment of this process
 *   <li>{@link #server}: the defaults of {@link StoreServerOptions}, of which the store replaces
 *       the port always, and the bind address if it is not set
 *   <li>{@link #maxKeyBytes}, {@link #maxValueBytes}, {@link #maxKeysPerRequest}: the limits of
 *       {@link #server}, whose defaults are PyTorch's
 * </ul>
 */
public final class TcpStoreOptions {
  private final Builder settings;

  private TcpStoreOptions(Builder settings) {
    this.settings = settings.copy();
  }

  /** A builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** The defaults. */
  public static TcpStoreOptions defaults() {
    return builder().build();
  }

  /** A builder with these options. */
  public Builder toBuilder() {
    return settings.copy();
  }

  /** How long connecting may take, and the store's first {@link Store#timeout}. */
  public Duration timeout() {
    return settings.timeout;
  }

  /** The number of workers that join, including the host; empty if it is not fixed. */
  public OptionalInt worldSize() {
    return settings.worldSize;
  }

  /** Whether the store joins a world of fixed size, and a host waits for all its workers. */
  public boolean waitForWorkers() {
    return settings.waitForWorkers;
  }

  /** Whether multi-tenant hosts of one port in this JVM share a server. */
  public boolean multiTenant() {
    return settings.multiTenant;
  }

  /** Whether a host becomes a client if another process listens on its port. */
  public boolean joinIfPortTaken() {
    return settings.joinIfPortTaken;
  }

  /**
   * The environment variables from which a host learns whether torchelastic's agent hosts the
   * store.
   */
  public Map<String, String> environment() {
    return settings.environment;
  }

  /** The options of the server that a host starts; a client ignores them. */
  public StoreServerOptions server() {
    return settings.server;
  }

  /** The longest key that this client sends, in bytes, with the slash that TCP clients prepend. */
  public int maxKeyBytes() {
    return settings.maxKeyBytes.orElse(server().maxKeyBytes());
  }

  /** The longest value that this client sends, in bytes. */
  public int maxValueBytes() {
    return settings.maxValueBytes.orElse(server().maxValueBytes());
  }

  /** The largest number of keys that this client sends in one request. */
  public int maxKeysPerRequest() {
    return settings.maxKeysPerRequest.orElse(server().maxKeysPerRequest());
  }

  /** All options except the environment, which may hold secrets. */
  @Override
  public String toString() {
    return "TcpStoreOptions(timeout="
        + timeout()
        + ", worldSize="
        + worldSize()
        + ", waitForWorkers="
        + waitForWorkers()
        + ", multiTenant="
        + multiTenant()
        + ", joinIfPortTaken="
        + joinIfPortTaken()
        + ", maxKeyBytes="
        + maxKeyBytes()
        + ", maxValueBytes="
        + maxValueBytes()
        + ", maxKeysPerRequest="
        + maxKeysPerRequest()
        + ", server="
        + server()
        + ")";
  }

  /** Builds {@link TcpStoreOptions}, which lists the defaults. Not thread-safe. */
  public static final class Builder {
    private Duration timeout = Store.DEFAULT_TIMEOUT;
    private OptionalInt worldSize = OptionalInt.empty();
    private boolean waitForWorkers = true;
    private boolean multiTenant;
    private boolean joinIfPortTaken;
    private Map<String, String> environment = System.getenv();
    private StoreServerOptions server = StoreServerOptions.defaults();
    private OptionalInt maxKeyBytes = OptionalInt.empty();
    private OptionalInt maxValueBytes = OptionalInt.empty();
    private OptionalInt maxKeysPerRequest = OptionalInt.empty();

    private Builder() {}

    private Builder copy() {
      Builder copy = new Builder();
      copy.timeout = timeout;
      copy.worldSize = worldSize;
      copy.waitForWorkers = waitForWorkers;
      copy.multiTenant = multiTenant;
      copy.joinIfPortTaken = joinIfPortTaken;
      copy.environment = environment;
      copy.server = server;
      copy.maxKeyBytes = maxKeyBytes;
      copy.maxValueBytes = maxValueBytes;
      copy.maxKeysPerRequest = maxKeysPerRequest;
      return copy;
    }

    /**
     * Limits how long connecting and joining may take. It is also the store's first {@link
     * Store#timeout}. The default is {@link Store#DEFAULT_TIMEOUT}. With zero, the store makes one
     * attempt to connect.
     *
     * @throws IllegalArgumentException if the timeout is negative
     */
    public Builder timeout(Duration timeout) {
      this.timeout = Deadline.requireNotNegative(timeout);
      return this;
    }

    /**
     * Sets the number of workers that join, including the host. By default, or if negative, the
     * number is not fixed, and no store joins or waits.
     *
     * @throws IllegalArgumentException if the world size is 0
     */
    public Builder worldSize(int worldSize) {
      if (worldSize == 0) {
        throw new IllegalArgumentException("TCPStore world size cannot be 0");
      }
      this.worldSize = worldSize < 0 ? OptionalInt.empty() : OptionalInt.of(worldSize);
      return this;
    }

    /**
     * Sets whether the store joins, and a host waits until all workers have joined; default true.
     * Without a {@link #worldSize} it has no effect.
     */
    public Builder waitForWorkers(boolean waitForWorkers) {
      this.waitForWorkers = waitForWorkers;
      return this;
    }

    /**
     * Sets whether a host uses the server that another multi-tenant host of this JVM runs on the
     * same port, instead of failing; default false. The options of that server apply. The last of
     * these hosts to close closes the server. PyTorch's {@code multi_tenant}.
     */
    public Builder multiTenant(boolean multiTenant) {
      this.multiTenant = multiTenant;
      return this;
    }

    /**
     * Sets whether a host that finds its port taken connects to the process that listens there,
     * instead of failing; default false. Independent of this option, a host does so if the
     * {@linkplain #environment environment} says that torchelastic's agent hosts the store: {@code
     * TORCHELASTIC_USE_AGENT_STORE} is true (y, yes, 1, t or true in any case) and {@code
     * MASTER_PORT} is the port, as in PyTorch.
     */
    public Builder joinIfPortTaken(boolean joinIfPortTaken) {
      this.joinIfPortTaken = joinIfPortTaken;
      return this;
    }

    /**
     * Sets the environment variables from which a host learns whether torchelastic's agent hosts
     * the store, see {@link #joinIfPortTaken}. The default is the environment of this process.
     */
    public Builder environment(Map<String, String> environment) {
      this.environment = Map.copyOf(Objects.requireNonNull(environment, "environment"));
      return this;
    }

    /**
     * Sets how a host's server does its I/O; default {@link ServerBackend#EVENT_LOOP}. Changes that
     * option of {@link #server}, so a later call of {@code server} replaces it.
     */
    public Builder backend(ServerBackend backend) {
      this.server = server.toBuilder().backend(backend).build();
      return this;
    }

    /**
     * Sets the options of the server that a host starts. The store replaces their port by its own.
     * If they have no bind address and no socket to listen on, the host name of the store decides;
     * see {@link TcpStore#host}. Their limits of keys and values are the defaults of this client's.
     */
    public Builder server(StoreServerOptions server) {
      this.server = Objects.requireNonNull(server, "server");
      return this;
    }

    /**
     * Limits the keys that this client sends, in bytes with the slash that TCP clients prepend; at
     * least 1. The default is {@link StoreServerOptions#maxKeyBytes} of {@link #server}. A longer
     * key is an {@link IllegalArgumentException}. Without this limit a server would answer such a
     * key by closing the connection.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxKeyBytes(int bytes) {
      this.maxKeyBytes = atLeastOne("maxKeyBytes", bytes);
      return this;
    }

    /**
     * Limits the values that this client sends, in bytes, at least 1. The default is {@link
     * StoreServerOptions#maxValueBytes} of {@link #server}. A longer value is an {@link
     * IllegalArgumentException}. Raise it for a server that was started with a higher limit.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxValueBytes(int bytes) {
      this.maxValueBytes = atLeastOne("maxValueBytes", bytes);
      return this;
    }

    /**
     * Limits the number of keys that this client sends in one request, at least 1. The default is
     * {@link StoreServerOptions#maxKeysPerRequest} of {@link #server}. More keys are an {@link
     * IllegalArgumentException}.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxKeysPerRequest(int keys) {
      this.maxKeysPerRequest = atLeastOne("maxKeysPerRequest", keys);
      return this;
    }

    private static OptionalInt atLeastOne(String name, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(name + " must be at least 1 but was " + value);
      }
      return OptionalInt.of(value);
    }

    /** Builds the options. */
    public TcpStoreOptions build() {
      return new TcpStoreOptions(this);
    }
  }
}
