package io.muster.cli.perf;

import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ProcessGroupOptions;
import io.muster.collectives.ProcessGroups;
import io.muster.fixtures.RankThreads;
import io.muster.store.HashStore;
import io.muster.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Ranks that are threads of this JVM. */
final class World {
  private World() {}

  /** What each rank computes. */
  static <T> List<T> run(int size, Function<ProcessGroup, T> body) {
    Store store = new HashStore();
    return RankThreads.call(size, rank -> run(rank, size, store, body));
  }

  private static <T> T run(int rank, int size, Store store, Function<ProcessGroup, T> body) {
    ProcessGroupOptions options =
        ProcessGroupOptions.builder()
            .store(store)
            .rank(rank)
            .worldSize(size)
            .timeout(Duration.ofSeconds(20))
            .environment(Map.of("GLOO_SOCKET_IFNAME", "lo"))
            .build();
    try (ProcessGroups groups = new ProcessGroups()) {
      return body.apply(groups.initProcessGroup(options));
    }
  }
}
