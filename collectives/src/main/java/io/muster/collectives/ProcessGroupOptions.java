package io.muster.collectives;

import io.muster.rendezvous.RendezvousOptions;
import io.muster.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a default process group goes by. Immutable.
 *
 * <p>By default: {@code env://}, rank and world size as the URL or the environment says, a timeout
 * of 30 minutes, and the network interface that {@code GLOO_SOCKET_IFNAME} names, or else the one
 * that the host's name stands for.
 */
public final class ProcessGroupOptions {
  /** Where the ranks meet unless something else is said. */
  public static final String DEFAULT_INIT_METHOD = "env://";

  /** PyTorch's default for process groups. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(30);

  /** How many bytes an object of a collective of objects may have: 256 MiB. */
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
      throw new IllegalArgumentException("with a store, rank and world size must be given too");
    }
  }

  /** A builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** The URL where the ranks meet, if there is no store. */
  public String initMethod() {
    return initMethod;
  }

  /** The store that the ranks share, if there is one already. */
  public Optional<Store> store() {
    return store;
  }

  /** The rank, if the URL does not say it. */
  public OptionalInt rank() {
    return rank;
  }

  /** The world size, if the URL does not say it. */
  public OptionalInt worldSize() {
    return worldSize;
  }

  /** How long meeting, and each operation, may take. */
  public Duration timeout() {
    return timeout;
  }

  /**
   * The network interfaces to listen on, each with connections of its own; empty for the standard.
   */
  public List<String> interfaceNames() {
    return interfaceNames;
  }

  /** Where rank 0 listens if it hosts the store; see {@link RendezvousOptions#bind}. */
  public Optional<String> bind() {
    return bind;
  }

  /** How many bytes an object of a collective of objects may have. */
  public int maxObjectBytes() {
    return maxObjectBytes;
  }

  /** The environment variables. */
  public Map<String, String> environment() {
    return environment;
  }

  /** Everything but the environment, which may hold secrets. */
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

  /** Collects options. Not thread-safe. */
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

    /** The URL where the ranks meet; default {@link #DEFAULT_INIT_METHOD}. */
    public Builder initMethod(String url) {
      this.initMethod = Objects.requireNonNull(url, "url");
      return this;
    }

    /**
     * A store that the ranks share, instead of a URL. It stays the caller's, and must stay open
     * until all groups are made. Rank and world size must be given too.
     */
    public Builder store(Store store) {
      this.store = Optional.of(store);
      return this;
    }

    /** The rank; by default, and if negative, the URL says it. */
    public Builder rank(int rank) {
      this.rank = rank < 0 ? OptionalInt.empty() : OptionalInt.of(rank);
      return this;
    }

    /** The world size; by default, and if negative, the URL says it. */
    public Builder worldSize(int worldSize) {
      this.worldSize = worldSize < 0 ? OptionalInt.empty() : OptionalInt.of(worldSize);
      return this;
    }

    /**
     * How long meeting, and each operation, may take; default {@link #DEFAULT_TIMEOUT}.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder timeout(Duration timeout) {
      if (timeout.isNegative()) {
        throw new IllegalArgumentException("timeout must not be negative but was " + timeout);
      }
      this.timeout = timeout;
      return this;
    }

    /**
     * The network interfaces to listen on, which go before {@code GLOO_SOCKET_IFNAME}. With
     * several, operations take turns on them; then all ranks need as many.
     */
    public Builder interfaceNames(String... names) {
      this.interfaceNames = List.of(names);
      return this;
    }

    /**
     * Where rank 0 listens if the URL has it host the store: a host name, an address, or {@code *}
     * for all interfaces. See {@link RendezvousOptions.Builder#bind} for what it is by default; the
     * variable {@code MUSTER_BIND} says the same. The addresses at which ranks listen for each
     * other are those of {@link #interfaceNames}.
     */
    public Builder bind(String host) {
      this.bind = Optional.of(host);
      return this;
    }

    /**
     * How many bytes an object of a collective of objects may have; default {@link
     * #DEFAULT_MAX_OBJECT_BYTES}. All objects of a call are in memory at once.
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

    /** The environment variables; by default those of this process. */
    public Builder environment(Map<String, String> environment) {
      this.environment = Map.copyOf(environment);
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if there is a store, and no rank or no world size
     */
    public ProcessGroupOptions build() {
      return new ProcessGroupOptions(this);
    }
  }
}
