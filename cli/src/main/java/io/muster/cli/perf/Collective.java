package io.muster.cli.perf;

/** A collective that can be measured, with the definitions of its size and its bandwidth. */
public enum Collective {
  /** {@code all_reduce}. */
  ALL_REDUCE("allreduce", true, false, false),
  /** {@code reduce}. */
  REDUCE("reduce", true, true, false),
  /** {@code broadcast}. */
  BROADCAST("broadcast", false, true, false),
  /** {@code all_gather_into_tensor}. */
  ALL_GATHER("allgather", false, false, true),
  /** {@code reduce_scatter_tensor}. */
  REDUCE_SCATTER("reducescatter", true, false, true),
  /** {@code gather}. */
  GATHER("gather", false, true, true),
  /** {@code scatter}. */
  SCATTER("scatter", false, true, true),
  /** {@code all_to_all_single}. */
  ALL_TO_ALL("alltoall", false, false, true),
  /** {@code isend} to the next rank and {@code irecv} from the previous one. */
  SEND_RECV("sendrecv", false, false, false),
  /** {@code barrier}. */
  BARRIER("barrier", false, false, false);

  private final String label;
  private final boolean reduces;
  private final boolean hasRoot;
  private final boolean isSplit;

  Collective(String label, boolean reduces, boolean hasRoot, boolean isSplit) {
    this.label = label;
    this.reduces = reduces;
    this.hasRoot = hasRoot;
    this.isSplit = isSplit;
  }

  boolean reduces() {
    return reduces;
  }

  boolean hasRoot() {
    return hasRoot;
  }

  boolean movesData() {
    return this != BARRIER;
  }

  /**
   * The number of parts of a size: one per rank if the ranks have different parts, otherwise one.
   */
  int parts(int worldSize) {
    return isSplit ? worldSize : 1;
  }

  /** The number of parts of a rank's input. */
  int inputParts(int worldSize, boolean isRoot) {
    return switch (this) {
      case ALL_REDUCE, REDUCE, BROADCAST, ALL_GATHER, GATHER, SEND_RECV -> 1;
      case REDUCE_SCATTER, ALL_TO_ALL -> worldSize;
      case SCATTER -> isRoot ? worldSize : 0;
      case BARRIER -> 0;
    };
  }

  /** The number of parts of a rank's output; 0 if the result replaces the input. */
  int outputParts(int worldSize, boolean isRoot) {
    return switch (this) {
      case ALL_REDUCE, REDUCE, BROADCAST, BARRIER -> 0;
      case REDUCE_SCATTER, SCATTER, SEND_RECV -> 1;
      case ALL_GATHER, ALL_TO_ALL -> worldSize;
      case GATHER -> isRoot ? worldSize : 0;
    };
  }

  /**
   * The factor from algorithm bandwidth to bus bandwidth, the throughput of the busiest link under
   * an optimal algorithm. Bus bandwidth is comparable between different numbers of ranks.
   */
  double busFactor(int worldSize) {
    double others = worldSize - 1.0;
    return switch (this) {
      case ALL_REDUCE -> 2 * others / worldSize;
      case ALL_GATHER, REDUCE_SCATTER, GATHER, SCATTER, ALL_TO_ALL -> others / worldSize;
      case REDUCE, BROADCAST, SEND_RECV, BARRIER -> 1;
    };
  }

  /** The name on the command line. */
  @Override
  public String toString() {
    return label;
  }
}
