package io.muster.store;

import io.muster.store.server.Backend;
import io.muster.store.server.StoreServerOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * How a {@link TcpStore} connects and, where it hosts, serves. Immutable.
 *
 * <p>By default: a timeout of 5 minutes, no world size and so no waiting for workers, no shared
 * server, and the server's own defaults.
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

  /** How many workers join, or nothing if that is not fixed. */
  public OptionalInt worldSize() {
    return settings.worldSize;
  }

  /** Whether to join, and where hosting to wait for the others, if there is a world size. */
  public boolean waitForWorkers() {
    return settings.waitForWorkers;
  }

  /** Whether hosts of one port in this JVM share a server. */
  public boolean multiTenant() {
    return settings.multiTenant;
  }

  /** Whether a host becomes a client if another process has its port. */
  public boolean joinIfPortTaken() {
    return settings.joinIfPortTaken;
  }

  /** Where a host looks for torchelastic's agent. */
  public Map<String, String> environment() {
    return settings.environment;
  }

  /** What a hosting store serves with, and the limits that a client keeps to. */
  public StoreServerOptions server() {
    return settings.server;
  }

  /** Everything but the environment, which may hold secrets. */
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
        + ", server="
        + server()
        + ")";
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {
    private Duration timeout = Store.DEFAULT_TIMEOUT;
    private OptionalInt worldSize = OptionalInt.empty();
    private boolean waitForWorkers = true;
    private boolean multiTenant;
    private boolean joinIfPortTaken;
    private Map<String, String> environment = System.getenv();
    private StoreServerOptions server = StoreServerOptions.builder().build();

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
      return copy;
    }

    /**
     * How long connecting, and joining, may take, and the store's first {@link Store#timeout};
     * default {@link Store#DEFAULT_TIMEOUT}. With zero one attempt is made.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder timeout(Duration timeout) {
      this.timeout = Deadline.requireNotNegative(timeout);
      return this;
    }

    /**
     * How many workers join, the host among them; by default, and if negative, that is not fixed,
     * and nobody joins or waits.
     *
     * @throws IllegalArgumentException if it is 0
     */
    public Builder worldSize(int worldSize) {
      if (worldSize == 0) {
        throw new IllegalArgumentException("TCPStore world size cannot be 0");
      }
      this.worldSize = worldSize < 0 ? OptionalInt.empty() : OptionalInt.of(worldSize);
      return this;
    }

    /**
     * Whether to join, and where hosting to wait until the whole world has; default true. Without a
     * world size it has no effect.
     */
    public Builder waitForWorkers(boolean waitForWorkers) {
      this.waitForWorkers = waitForWorkers;
      return this;
    }

    /**
     * Whether a host uses the server that another multi-tenant host of this JVM has on the same
     * port, rather than failing; default false. The server is closed with the last of them.
     */
    public Builder multiTenant(boolean multiTenant) {
      this.multiTenant = multiTenant;
      return this;
    }

    /**
     * Whether a host that finds its port taken connects to whoever has it, rather than failing;
     * default false. A host does so besides where torchelastic's agent hosts the store: {@code
     * TORCHELASTIC_USE_AGENT_STORE} is true and {@code MASTER_PORT} is the port.
     */
    public Builder joinIfPortTaken(boolean joinIfPortTaken) {
      this.joinIfPortTaken = joinIfPortTaken;
      return this;
    }

    /**
     * The environment variables in which a host looks for torchelastic's agent, see {@link
     * #joinIfPortTaken}; by default those of this process.
     */
    public Builder environment(Map<String, String> environment) {
      this.environment = Map.copyOf(Objects.requireNonNull(environment, "environment"));
      return this;
    }

    /** How a host does its input and output; default {@link Backend#EVENT_LOOP}. */
    public Builder backend(Backend backend) {
      this.server = server.toBuilder().backend(backend).build();
      return this;
    }

    /**
     * What a host serves with. Its port is replaced by the one the store is given; its bind
     * address, if it has none, by what the store's host name means. A client keeps to its limits of
     * keys and values, since a server drops the connection of whoever exceeds its own.
     */
    public Builder server(StoreServerOptions server) {
      this.server = Objects.requireNonNull(server, "server");
      return this;
    }

    /** The options. */
    public TcpStoreOptions build() {
      return new TcpStoreOptions(this);
    }
  }
}
