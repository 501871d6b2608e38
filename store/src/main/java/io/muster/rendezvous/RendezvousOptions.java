package io.muster.rendezvous;

import io.muster.store.Deadline;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Options of a {@link Rendezvous}. Immutable and thread-safe.
 *
 * <p>Defaults and precedence:
 *
 * <ul>
 *   <li>{@link #timeout}: 30 minutes, as for PyTorch's process groups
 *   <li>{@link #rank} and {@link #worldSize}: from the URL; an exception is thrown if both the URL
 *       and the options have one of them
 *   <li>{@link #bind}: the option, then the environment variable {@code MUSTER_BIND}, then the
 *       address at which the ranks meet
 *   <li>{@link #environment}: the environment of this process
 *   <li>{@link #registry}: {@link RendezvousRegistry#standard}
 * </ul>
 */
public final class RendezvousOptions {
  /** 30 minutes, PyTorch's default for process groups. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(30);

  private static final String BIND_VARIABLE = "MUSTER_BIND";

  private final Duration timeout;
  private final OptionalInt rank;
  private final OptionalInt worldSize;
  private final Optional<String> bind;
  private final Map<String, String> environment;
  private final RendezvousRegistry registry;

  private RendezvousOptions(Builder builder) {
    this.timeout = builder.timeout;
    this.rank = builder.rank;
    this.worldSize = builder.worldSize;
    this.bind = builder.bind;
    this.environment = builder.environment;
    RendezvousRegistry given = builder.registry;
    this.registry = given == null ? RendezvousRegistry.standard() : given;
  }

  /** A builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** The defaults. */
  public static RendezvousOptions defaults() {
    return builder().build();
  }

  /** How long the rendezvous may take, and the first timeout of the store. */
  public Duration timeout() {
    return timeout;
  }

  /** The rank; empty if the URL contains it. */
  public OptionalInt rank() {
    return rank;
  }

  /** The world size; empty if the URL contains it. */
  public OptionalInt worldSize() {
    return worldSize;
  }

  /**
   * The host or address on which rank 0 listens if it hosts a TCP store: the option or, if it is
   * not set, the environment variable {@code MUSTER_BIND}; empty if neither is set.
   */
  public Optional<String> bind() {
    return bind.or(
        () -> Optional.ofNullable(environment.get(BIND_VARIABLE)).filter(host -> !host.isEmpty()));
  }

  /** The environment variables. */
  public Map<String, String> environment() {
    return environment;
  }

  /** The handlers. */
  public RendezvousRegistry registry() {
    return registry;
  }

  /** All options except the environment, which may hold secrets. */
  @Override
  public String toString() {
    return "RendezvousOptions(timeout="
        + timeout
        + ", rank="
        + rank
        + ", worldSize="
        + worldSize
        + bind().map(host -> ", bind=" + host).orElse("")
        + ")";
  }

  /** Builds {@link RendezvousOptions}, which lists the defaults. Not thread-safe. */
  public static final class Builder {
    private Duration timeout = DEFAULT_TIMEOUT;
    private OptionalInt rank = OptionalInt.empty();
    private OptionalInt worldSize = OptionalInt.empty();
    private Optional<String> bind = Optional.empty();
    private Map<String, String> environment = System.getenv();
    private @Nullable RendezvousRegistry registry;

    private Builder() {}

    /**
     * Limits how long the rendezvous may take. It is also the first timeout of the store. The
     * default is {@link #DEFAULT_TIMEOUT}.
     *
     * @throws IllegalArgumentException if {@code timeout} is negative
     */
    public Builder timeout(Duration timeout) {
      this.timeout = Deadline.requireNotNegative(timeout);
      return this;
    }

    /** Sets the rank. By default, or if negative, the URL contains it. */
    public Builder rank(int rank) {
      this.rank = unlessNegative(rank);
      return this;
    }

    /** Sets the world size. By default, or if negative, the URL contains it. */
    public Builder worldSize(int worldSize) {
      this.worldSize = unlessNegative(worldSize);
      return this;
    }

    /**
     * Sets the host name or address on which rank 0 listens if it hosts a TCP store, independent of
     * the address that the other ranks connect to; {@code *} means all interfaces. It takes
     * precedence over the environment variable {@code MUSTER_BIND}. By default, rank 0 listens on
     * the address at which the ranks meet if that is this machine's (loopback for {@code
     * localhost}), and otherwise on all interfaces. PyTorch always listens on all interfaces. The
     * protocol has neither encryption nor authentication.
     */
    public Builder bind(String host) {
      this.bind = Optional.of(host);
      return this;
    }

    /** Sets the environment variables. The default is the environment of this process. */
    public Builder environment(Map<String, String> environment) {
      this.environment = Map.copyOf(Objects.requireNonNull(environment, "environment"));
      return this;
    }

    /**
     * Sets the handlers. The default is {@link RendezvousRegistry#standard}, which {@link #build}
     * creates only if no registry is set.
     */
    public Builder registry(RendezvousRegistry registry) {
      this.registry = Objects.requireNonNull(registry, "registry");
      return this;
    }

    /** The options. */
    public RendezvousOptions build() {
      return new RendezvousOptions(this);
    }

    private static OptionalInt unlessNegative(int number) {
      return number < 0 ? OptionalInt.empty() : OptionalInt.of(number);
    }
  }
}
