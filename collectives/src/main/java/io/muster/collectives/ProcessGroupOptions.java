package io.muster.collectives;

import io.muster.rendezvous.RendezvousOptions;
import io.muster.store.Deadline;
import io.muster.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The options of a default process group. Immutable. Defaults:
 *
 * <ul>
 *   <li>rendezvous: {@code env://}
 *   <li>rank and world size: from the URL or the environment
 *   <li>timeout of the rendezvous and of each operation: 30 minutes
 *   <li>network interface: from the environment variable {@code GLOO_SOCKET_IFNAME}; otherwise the
 *       interface whose address the host name resolves to; otherwise loopback
 *   <li>longest object of a collective of objects: 256 MiB
 *   <li>environment variables: those of this process
 * </ul>
 */
public final class ProcessGroupOptions {
  /** The default URL of the rendezvous. */
  public static final String DEFAULT_INIT_METHOD = "env://";

  /** The default timeout, 30 minutes; PyTorch's for Gloo groups. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(30);

  /** The default length limit of an encoded object, in bytes: 256 MiB. */
  public static final int DEFAULT_MAX_OBJECT_BYTES = 256 << 20;

  private final String initMethod;
  private final Optional<Store> store;
  private final OptionalInt rank;
  private final OptionalInt worldSize;
  private final Duration timeout;
  private final List<String> interfaceNames;
  private final Optional<String> bind;
  private final int maxObjectBytes;
  private final Map<String, String> environment;

  private ProcessGroupOptions(Builder builder) {
    this.initMethod = builder.initMethod;
    this.store = builder.store;
    this.rank = builder.rank;
    this.worldSize = builder.worldSize;
    this.timeout = builder.timeout;
    this.interfaceNames = builder.interfaceNames;
    this.bind = builder.bind;
    this.maxObjectBytes = builder.maxObjectBytes;
    this.environment = builder.environment;
    if (store.isPresent() && (rank.isEmpty() || worldSize.isEmpty())) {
      throw new IllegalArgumentException("with a store, rank and world size must also be given");
    }
  }

  /** A builder with the default options. */
  public static Builder builder() {
    return new Builder();
  }

  /** The URL of the rendezvous, which is used if there is no {@link #store}. */
  public String initMethod() {
    return initMethod;
  }

  /** The store that the ranks share, in place of a rendezvous. */
  public Optional<Store> store() {
    return store;
  }

  /** The rank; empty if the URL or the environment gives it. */
  public OptionalInt rank() {
    return rank;
  }

  /** The world size; empty if the URL or the environment gives it. */
  public OptionalInt worldSize() {
    return worldSize;
  }

  /** The timeout of the rendezvous, and of each operation of the group. */
  public Duration timeout() {
    return timeout;
  }

  /** The network interfaces to use, each with its own connections; empty for the default. */
  public List<String> interfaceNames() {
    return interfaceNames;
  }

  /**
   * The address that rank 0 listens on if it hosts the store; see {@link RendezvousOptions#bind}.
   */
  public Optional<String> bind() {
    return bind;
  }

  /** The length limit of an encoded object, in bytes. */
  public int maxObjectBytes() {
    return maxObjectBytes;
  }

  /** The environment variables. */
  public Map<String, String> environment() {
    return environment;
  }

  /** All options except the environment, which may hold secrets. */
  @Override
  public String toString() {
    return "ProcessGroupOptions("
        + store.map(Object::toString).orElse(initMethod)
        + ", rank="
        + rank
        + ", worldSize="
        + worldSize
        + ", timeout="
        + timeout
        + ", interfaceNames="
        + interfaceNames
        + bind.map(host -> ", bind=" + host).orElse("")
        + ", maxObjectBytes="
        + maxObjectBytes
        + ")";
  }

  /** Builds options. Not thread-safe. */
  public static final class Builder {
    private String initMethod = DEFAULT_INIT_METHOD;
    private Optional<Store> store = Optional.empty();
    private OptionalInt rank = OptionalInt.empty();
    private OptionalInt worldSize = OptionalInt.empty();
    private Duration timeout = DEFAULT_TIMEOUT;
    private List<String> interfaceNames = List.of();
    private Optional<String> bind = Optional.empty();
    private int maxObjectBytes = DEFAULT_MAX_OBJECT_BYTES;
    private Map<String, String> environment = System.getenv();

    private Builder() {}

    /**
     * Sets the URL of the rendezvous; PyTorch's {@code init_method}. Default: {@link
     * #DEFAULT_INIT_METHOD}. Ignored if a {@link #store} is given.
     */
    public Builder initMethod(String url) {
      this.initMethod = Objects.requireNonNull(url, "url");
      return this;
    }

    /**
     * Sets a store that the ranks share, which takes precedence over the URL. The caller owns it,
     * and must keep it open until all groups are made. Rank and world size must also be given.
     */
    public Builder store(Store store) {
      this.store = Optional.of(store);
      return this;
    }

    /** Sets the rank. By default, and if negative, the URL or the environment gives it. */
    public Builder rank(int rank) {
      this.rank = rank < 0 ? OptionalInt.empty() : OptionalInt.of(rank);
      return this;
    }

    /** Sets the world size. By default, and if negative, the URL or the environment gives it. */
    public Builder worldSize(int worldSize) {
      this.worldSize = worldSize < 0 ? OptionalInt.empty() : OptionalInt.of(worldSize);
      return this;
    }

    /**
     * Sets the timeout of the rendezvous, and of each operation of the group. Default: {@link
     * #DEFAULT_TIMEOUT}.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder timeout(Duration timeout) {
      this.timeout = Deadline.requireNotNegative(timeout);
      return this;
    }

    /**
     * Sets the names of the network interfaces to use, which take precedence over {@code
     * GLOO_SOCKET_IFNAME}. If there are several, operations use them in turn, and all ranks must
     * have the same number of interfaces.
     */
    public Builder interfaceNames(String... names) {
      this.interfaceNames = List.of(names);
      return this;
    }

    /**
     * Sets the address that rank 0 listens on if it hosts the store: a host name, an address, or
     * {@code *} for all interfaces. The environment variable {@code MUSTER_BIND} has the same
     * meaning. See {@link RendezvousOptions.Builder#bind} for the default. Connections between the
     * ranks use {@link #interfaceNames} instead.
     */
    public Builder bind(String host) {
      this.bind = Optional.of(host);
      return this;
    }

    /**
     * Sets the length limit of an encoded object, in bytes. Default: {@link
     * #DEFAULT_MAX_OBJECT_BYTES}. All objects of a call are in memory at the same time.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder maxObjectBytes(int bytes) {
      if (bytes < 0) {
        throw new IllegalArgumentException("maxObjectBytes must not be negative but was " + bytes);
      }
      this.maxObjectBytes = bytes;
      return this;
    }

    /** Sets the environment variables. Default: those of this process. */
    public Builder environment(Map<String, String> environment) {
      this.environment = Map.copyOf(environment);
      return this;
    }

    /**
     * Builds the options.
     *
     * @throws IllegalArgumentException if there is a store, and no rank or no world size
     */
    public ProcessGroupOptions build() {
      return new ProcessGroupOptions(this);
    }
  }
}
