package io.muster.collectives;

import io.muster.fixtures.Background;
import io.muster.fixtures.RankThreads;
import io.muster.store.HashStore;
import io.muster.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A world whose ranks are threads of this JVM and share a store. */
final class Ranks {
  static final Duration TIMEOUT = Background.PATIENCE;

  private Ranks() {}

  /** Runs a body as each rank, and fails if one of the ranks does. */
  static void run(int size, Consumer<ProcessGroup> body) {
    run(size, options -> options, body);
  }

  /** Runs a body as each rank, in groups with the given options. */
  static void run(
      int size, UnaryOperator<ProcessGroupOptions.Builder> options, Consumer<ProcessGroup> body) {
    List<Boolean> done =
        call(
            size,
            options,
            group -> {
              body.accept(group);
              return true;
            });
    assert done.size() == size;
  }

  /** Runs a body as each rank, and returns the results by rank. */
  static <T> List<T> call(int size, Function<ProcessGroup, T> body) {
    return call(size, options -> options, body);
  }

  private static <T> List<T> call(
      int size,
      UnaryOperator<ProcessGroupOptions.Builder> options,
      Function<ProcessGroup, T> body) {
    Store store = new HashStore();
    return RankThreads.call(
        size,
        rank -> {
          try (ProcessGroups groups = new ProcessGroups();
              ProcessGroup group =
                  groups.initProcessGroup(options.apply(builder(store, rank, size)).build())) {
            T result = body.apply(group);
            // No rank closes its group before all are done.
            group.barrier();
            return result;
          }
        });
  }

  /** The groups of a world, by rank, for tests that act as each rank in turn. */
  static List<ProcessGroup> join(Store store, int size) {
    return RankThreads.call(
        size, rank -> new ProcessGroups().initProcessGroup(options(store, rank, size)));
  }

  static ProcessGroupOptions options(Store store, int rank, int size) {
    return builder(store, rank, size).build();
  }

  private static ProcessGroupOptions.Builder builder(Store store, int rank, int size) {
    return ProcessGroupOptions.builder()
        .store(store)
        .rank(rank)
        .worldSize(size)
        .timeout(TIMEOUT)
        .environment(Map.of("GLOO_SOCKET_IFNAME", "lo"));
  }
}
