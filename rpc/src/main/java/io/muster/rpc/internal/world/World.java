package io.muster.rpc.internal.world;

import java.util.List;
import java.util.Optional;

/** The workers, as the store has them. Thread-safe. */
public interface World {
  /** This worker. */
  WorkerInfo self();

  /** A worker by its name, if it is there. */
  Optional<WorkerInfo> byName(String name);

  /** A worker by its rank, if it is there. */
  Optional<WorkerInfo> byRank(int rank);

  /** All workers that are there now, by rank. */
  List<WorkerInfo> all();
}
