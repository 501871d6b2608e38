package io.muster.launcher;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a world: hosts, each with a {@link Launcher} of its own, that together start its
 * ranks. Immutable.
 *
 * <p>All launchers get the same {@linkplain WorldSpec#masterAddress address} and {@linkplain
 * WorldSpec#masterPort port} of the store, in which they meet, and the same {@linkplain
 * WorldSpec#runId name} of the run. Each may start other workers, with another role. Node 0 says
 * how often the world is restarted.
 *
 * <p>Defaults:
 *
 * <ul>
 *   <li>{@link #count}: 1
 *   <li>{@link #rank}: in the order in which the nodes join
 *   <li>{@link #host}: the kernel's name of this host
 *   <li>{@link #hosting}: {@link StoreHosting#ALWAYS} of one node, else {@link
 *       StoreHosting#NODE_ZERO} if the rank is set, else {@link StoreHosting#OWN_ADDRESS}
 *   <li>{@link #joinTimeout}: 10 minutes, as in {@code torchrun}
 *   <li>{@link #keepAliveInterval}: 5 seconds, and {@link #keepAliveAttempts}: 3, as in {@code
 *       torchrun}
 * </ul>
 */
public final class NodeOptions {
  /** The default of {@link #joinTimeout}. */
  public static final Duration DEFAULT_JOIN_TIMEOUT = Duration.ofMinutes(10);

  /** The default of {@link #keepAliveInterval}. */
  public static final Duration DEFAULT_KEEP_ALIVE_INTERVAL = Duration.ofSeconds(5);

  /** The default of {@link #keepAliveAttempts}. */
  public static final int DEFAULT_KEEP_ALIVE_ATTEMPTS = 3;

  private final Builder settings;

  private NodeOptions(Builder settings) {
    this.settings = settings;
  }

  /** Returns a builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** The number of nodes. */
  public int count() {
    return settings.count;
  }

  /** The rank of this node; empty for the first that is free. */
  public OptionalInt rank() {
    return settings.rank;
  }

  /** The name of this node in messages; empty for the name of the host. */
  public Optional<String> host() {
    return settings.host;
  }

  /** Which node hosts the store. */
  public StoreHosting hosting() {
    StoreHosting set = settings.hosting;
    if (set != null) {
      return set;
    }
    if (settings.count == 1) {
      return StoreHosting.ALWAYS;
    }
    return settings.rank.isPresent() ? StoreHosting.NODE_ZERO : StoreHosting.OWN_ADDRESS;
  }

  /** How long all nodes have to join. */
  public Duration joinTimeout() {
    return settings.joinTimeout;
  }

  /** How often a node gives a sign of life. */
  public Duration keepAliveInterval() {
    return settings.keepAliveInterval;
  }

  /** After how many intervals without a sign of life a node has vanished. */
  public int keepAliveAttempts() {
    return settings.keepAliveAttempts;
  }

  /** Builds {@link NodeOptions}, which lists the defaults. Not thread-safe. */
  public static final class Builder {
    private int count = 1;
    private OptionalInt rank = OptionalInt.empty();
    private Optional<String> host = Optional.empty();
    private @Nullable StoreHosting hosting;
    private Duration joinTimeout = DEFAULT_JOIN_TIMEOUT;
    private Duration keepAliveInterval = DEFAULT_KEEP_ALIVE_INTERVAL;
    private int keepAliveAttempts = DEFAULT_KEEP_ALIVE_ATTEMPTS;

    private Builder() {}

    private Builder(Builder other) {
      count = other.count;
      rank = other.rank;
      host = other.host;
      hosting = other.hosting;
      joinTimeout = other.joinTimeout;
      keepAliveInterval = other.keepAliveInterval;
      keepAliveAttempts = other.keepAliveAttempts;
    }

    /**
     * Sets the number of nodes.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder count(int nodes) {
      if (nodes < 1) {
        throw new IllegalArgumentException("the number of nodes must be positive but was " + nodes);
      }
      count = nodes;
      return this;
    }

    /** Sets the rank of this node, from 0 to the number of nodes less 1. */
    public Builder rank(int rank) {
      this.rank = OptionalInt.of(rank);
      return this;
    }

    /** Sets the name of this node in messages. */
    public Builder host(String name) {
      host = Optional.of(name);
      return this;
    }

    /** Sets which node hosts the store. */
    public Builder hosting(StoreHosting hosting) {
      this.hosting = Objects.requireNonNull(hosting);
      return this;
    }

    /**
     * Sets how long all nodes have to join, counted from the start of this launcher.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder joinTimeout(Duration timeout) {
      joinTimeout = requirePositive(timeout, "joinTimeout");
      return this;
    }

    /**
     * Sets how often a node gives a sign of life, and after how many intervals without one it has
     * vanished. The nodes should have the same values. A call of the store that takes as long as
     * that together means that the store is lost.
     *
     * @throws IllegalArgumentException if one of them is not positive
     */
    public Builder keepAlive(Duration interval, int attempts) {
      keepAliveInterval = requirePositive(interval, "the interval of keep-alives");
      if (attempts < 1) {
        throw new IllegalArgumentException(
            "the attempts of keep-alives must be positive but were " + attempts);
      }
      keepAliveAttempts = attempts;
      return this;
    }

    private static Duration requirePositive(Duration value, String name) {
      if (value.isNegative() || value.isZero()) {
        throw new IllegalArgumentException(name + " must be positive but was " + value);
      }
      return value;
    }

    /**
     * Returns the options.
     *
     * @throws IllegalArgumentException if the rank is not one of that many nodes
     */
    public NodeOptions build() {
      if (rank.isPresent() && (rank.getAsInt() < 0 || rank.getAsInt() >= count)) {
        throw new IllegalArgumentException(
            "the node rank must be 0 to "
                + (count - 1)
                + ", because the number of nodes is "
                + count
                + ", but was "
                + rank.getAsInt());
      }
      return new NodeOptions(new Builder(this));
    }
  }
}
