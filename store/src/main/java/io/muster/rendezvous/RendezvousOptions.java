package io.muster.rendezvous;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Rendezvous} goes by besides its URL. Immutable.
 *
 * <p>By default: a timeout of 30 minutes, rank and world size as the URL says, the environment of
 * this process, and the {@linkplain RendezvousRegistry#standard standard} handlers.
 */
public final class RendezvousOptions {
  /** PyTorch's default for process groups. */
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

  /** How long meeting may take, and the store's first timeout. */
  public Duration timeout() {
    return timeout;
  }

  /** The rank, if the URL does not say it. */
  public OptionalInt rank() {
    return rank;
  }

  /** The world size, if the URL does not say it. */
  public OptionalInt worldSize() {
    return worldSize;
  }

  /**
   * Where rank 0 listens if it hosts a TCP store: the option, or else the variable {@code
   * MUSTER_BIND}; nothing if neither is set.
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

  /** Everything but the environment, which may hold secrets. */
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

  /** Collects options. Not thread-safe. */
  public static final class Builder {
    private Duration timeout = DEFAULT_TIMEOUT;
    private OptionalInt rank = OptionalInt.empty();
    private OptionalInt worldSize = OptionalInt.empty();
    private Optional<String> bind = Optional.empty();
    private Map<String, String> environment = System.getenv();
    private @Nullable RendezvousRegistry registry;

    private Builder() {}

    /**
     * How long meeting may take, and the store's first timeout; default {@link #DEFAULT_TIMEOUT}.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder timeout(Duration timeout) {
      if (Objects.requireNonNull(timeout, "timeout").isNegative()) {
        throw new IllegalArgumentException("timeout must not be negative but was " + timeout);
      }
      this.timeout = timeout;
      return this;
    }

    /** The rank; by default, and if negative, the URL says it. */
    public Builder rank(int rank) {
      this.rank = unlessNegative(rank);
      return this;
    }

    /** The world size; by default, and if negative, the URL says it. */
    public Builder worldSize(int worldSize) {
      this.worldSize = unlessNegative(worldSize);
      return this;
    }

    /**
     * Where rank 0 listens if it hosts a TCP store, whatever address the others connect to: a host
     * name, an address, or {@code *} for all interfaces. Takes precedence over the variable {@code
     * MUSTER_BIND}. By default rank 0 listens at the address where the ranks meet if that is this
     * machine's own, which is loopback for {@code localhost}, and on all interfaces otherwise;
     * PyTorch always listens on all. The protocol has neither encryption nor passwords.
     */
    public Builder bind(String host) {
      this.bind = Optional.of(host);
      return this;
    }

    /** The environment variables; by default those of this process. */
    public Builder environment(Map<String, String> environment) {
      this.environment = Map.copyOf(Objects.requireNonNull(environment, "environment"));
      return this;
    }

    /**
     * The handlers; by default {@link RendezvousRegistry#standard}, which is made by {@link #build}
     * and only if it is needed.
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
