package io.muster.cli.perf;

import java.util.Optional;

/** The result that a rank must have after a collective, computed from the inputs of all ranks. */
final class Expectation {
  private Expectation() {}

  /** The elements; empty on a rank that gets no result. */
  static Optional<Elements> of(Plan plan, int rank, int worldSize, int count) {
    Fill fill = plan.fill();
    boolean isRoot = rank == plan.root();
    int ahead = rank * count;
    Elements elements =
        switch (plan.collective()) {
          case ALL_REDUCE -> reduced(plan, worldSize);
          case REDUCE -> isRoot ? reduced(plan, worldSize) : null;
          case REDUCE_SCATTER -> from(ahead, reduced(plan, worldSize));
          case BROADCAST -> fill.of(plan.root());
          case SCATTER -> from(ahead, fill.of(plan.root()));
          case ALL_GATHER -> ofEachRank(fill, worldSize, count, 0);
          case GATHER -> isRoot ? ofEachRank(fill, worldSize, count, 0) : null;
          case ALL_TO_ALL -> ofEachRank(fill, worldSize, count, ahead);
          case SEND_RECV -> fill.of(Math.floorMod(rank - 1, worldSize));
          case BARRIER -> null;
        };
    return Optional.ofNullable(elements);
  }

  private static Elements reduced(Plan plan, int worldSize) {
    return new Reduced(plan.type(), plan.reduction(), worldSize).elements();
  }

  private static Elements from(int start, Elements elements) {
    return index -> elements.at(start + index);
  }

  /** One part of each rank, in the order of ranks. */
  private static Elements ofEachRank(Fill fill, int worldSize, int count, int start) {
    Elements[] ranks = new Elements[worldSize];
    for (int rank = 0; rank < worldSize; rank++) {
      ranks[rank] = fill.of(rank);
    }
    return index -> ranks[index / count].at(start + index % count);
  }
}
