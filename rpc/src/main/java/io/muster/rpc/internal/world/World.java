package io.muster.rpc.internal.world;

import java.util.List;
import java.util.Optional;

/** The workers that the store knows. Thread-safe. */
public interface World {
  /** This worker. */
  WorkerInfo self();

  /** Returns a worker by name, if there is one. */
  Optional<WorkerInfo> byName(String name);

  /** Returns a worker by rank, if there is one. */
  Optional<WorkerInfo> byRank(int rank);

  /** The current workers, ordered by rank. */
  List<WorkerInfo> all();
}
