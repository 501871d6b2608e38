package io.muster.launcher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a {@link Launcher} runs: the commands of the ranks of this node, and how to supervise them.
 * Immutable.
 *
 * <pre>{@code
 * WorldSpec spec =
 *     WorldSpec.builder()
 *         .workers(2, List.of("python", "train.py"))
 *         .workers(1, List.of("java", "-jar", "feeder.jar"))
 *         .maxRestarts(3)
 *         .build();
 * }</pre>
 */
public final class WorldSpec {
  /** The default of {@link #shutdownTimeout}: 30 seconds, as in {@code torchrun}. */
  public static final Duration DEFAULT_SHUTDOWN_TIMEOUT = Duration.ofSeconds(30);

  private static final int MAX_PORT = 65_535;

  private final Builder settings;

  private WorldSpec(Builder settings) {
    this.settings = settings;
  }

  /** Returns a builder with the defaults and no workers. */
  public static Builder builder() {
    return new Builder();
  }

  /** The workers of this node, by local rank. */
  public List<WorkerGroup> groups() {
    return settings.groups;
  }

  /** The number of workers of this node. */
  public int localWorldSize() {
    return settings.groups.stream().mapToInt(WorkerGroup::count).sum();
  }

  /** The role of the workers. */
  public String role() {
    return settings.role;
  }

  /** The name of the run. */
  public String runId() {
    return settings.runId;
  }

  /** How often all workers are started again after a failure. */
  public int maxRestarts() {
    return settings.maxRestarts;
  }

  /** How long workers have between SIGTERM and SIGKILL. */
  public Duration shutdownTimeout() {
    return settings.shutdownTimeout;
  }

  /** The nodes of the world. */
  public NodeOptions nodes() {
    return settings.nodes;
  }

  /** The address of the store, which a launcher hosts. */
  public String masterAddress() {
    return settings.masterAddress;
  }

  /** The port of the store; 0 for any free port. */
  public int masterPort() {
    return settings.masterPort;
  }

  /** Whether each worker sees one GPU, as its device 0. */
  public boolean isVirtualLocalRank() {
    return settings.virtualLocalRank;
  }

  /** Variables for the workers in addition to those of this process. */
  public Map<String, String> environment() {
    return settings.environment;
  }

  /** Where the output of the workers goes. */
  public OutputOptions output() {
    return settings.output;
  }

  /** Builds a {@link WorldSpec}. */
  public static final class Builder {
    private List<WorkerGroup> groups = List.of();
    private String role = "default";
    private String runId = "none";
    private int maxRestarts;
    private Duration shutdownTimeout = DEFAULT_SHUTDOWN_TIMEOUT;
    private String masterAddress = "127.0.0.1";
    private int masterPort;
    private NodeOptions nodes = NodeOptions.builder().build();
    private boolean virtualLocalRank;
    private Map<String, String> environment = Map.of();
    private OutputOptions output = OutputOptions.builder().build();

    private Builder() {}

    private Builder(Builder other) {
      groups = other.groups;
      role = other.role;
      runId = other.runId;
      maxRestarts = other.maxRestarts;
      shutdownTimeout = other.shutdownTimeout;
      masterAddress = other.masterAddress;
      masterPort = other.masterPort;
      nodes = other.nodes;
      virtualLocalRank = other.virtualLocalRank;
      environment = other.environment;
      output = other.output;
    }

    /**
     * Adds ranks that run the same command, after those added before.
     *
     * @throws IllegalArgumentException if {@code count} is not positive or {@code command} is empty
     */
    public Builder workers(int count, List<String> command) {
      List<WorkerGroup> all = new ArrayList<>(groups);
      all.add(new WorkerGroup(count, command));
      groups = List.copyOf(all);
      return this;
    }

    /** Sets the nodes of the world. Default: this one only. */
    public Builder nodes(NodeOptions nodes) {
      this.nodes = Objects.requireNonNull(nodes);
      return this;
    }

    /** Sets the role, a name for the prefix and {@code ROLE_NAME}. Default: {@code default}. */
    public Builder role(String role) {
      this.role = Objects.requireNonNull(role);
      return this;
    }

    /**
     * Sets the name of the run, for {@code TORCHELASTIC_RUN_ID} and the directory of logs. Default:
     * {@code none}, as in {@code torchrun}.
     */
    public Builder runId(String runId) {
      this.runId = Objects.requireNonNull(runId);
      return this;
    }

    /**
     * Sets how often all workers are started again after one has failed. Of several nodes, node 0's
     * value counts. Default: 0.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder maxRestarts(int restarts) {
      if (restarts < 0) {
        throw new IllegalArgumentException("maxRestarts must not be negative but was " + restarts);
      }
      maxRestarts = restarts;
      return this;
    }

    /**
     * Sets how long workers have to end after SIGTERM, before SIGKILL. Default: {@link
     * #DEFAULT_SHUTDOWN_TIMEOUT}.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder shutdownTimeout(Duration timeout) {
      if (timeout.isNegative()) {
        throw new IllegalArgumentException(
            "shutdownTimeout must not be negative but was " + timeout);
      }
      shutdownTimeout = timeout;
      return this;
    }

    /**
     * Sets where the store is, which workers get as {@code MASTER_ADDR} and {@code MASTER_PORT}: an
     * address of the node that hosts it. Default: any free port of 127.0.0.1.
     *
     * @param port 0 for any free port, if there is one node
     * @throws IllegalArgumentException if the port is not 0 to 65535
     */
    public Builder master(String address, int port) {
      if (port < 0 || port > MAX_PORT) {
        throw new IllegalArgumentException("port must be 0 to 65535 but was " + port);
      }
      masterAddress = Objects.requireNonNull(address);
      masterPort = port;
      return this;
    }

    /**
     * Sets whether each worker sees one GPU, as its device 0: {@code LOCAL_RANK} is 0, and {@code
     * CUDA_VISIBLE_DEVICES} is the entry of this process's that belongs to the local rank, or the
     * local rank. Default: false.
     */
    public Builder virtualLocalRank(boolean virtual) {
      virtualLocalRank = virtual;
      return this;
    }

    /**
     * Adds variables to the environment of the workers. They take precedence over those of this
     * process, and not over those that the launcher sets. Default: none.
     */
    public Builder environment(Map<String, String> variables) {
      Map<String, String> all = new LinkedHashMap<>(environment);
      all.putAll(variables);
      environment = Map.copyOf(all);
      return this;
    }

    /** Sets where the output of the workers goes. Default: {@link OutputOptions}' defaults. */
    public Builder output(OutputOptions output) {
      this.output = Objects.requireNonNull(output);
      return this;
    }

    /**
     * Returns the specification.
     *
     * @throws IllegalArgumentException if there are no workers, or several nodes and no port
     */
    public WorldSpec build() {
      if (groups.isEmpty()) {
        throw new IllegalArgumentException("a world needs at least one worker");
      }
      if (nodes.count() > 1 && masterPort == 0) {
        throw new IllegalArgumentException("a world of several nodes needs the port of its store");
      }
      return new WorldSpec(new Builder(this));
    }
  }
}
