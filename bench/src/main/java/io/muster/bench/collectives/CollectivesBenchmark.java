package io.muster.bench.collectives;

import static io.muster.bench.SideBySide.MUSTER;
import static io.muster.bench.SideBySide.PYTORCH;

import io.muster.bench.Options;
import io.muster.bench.Results;
import io.muster.bench.SideBySide;
import io.muster.bench.collectives.RankSide.Collective;
import io.muster.fixtures.ChildProcess;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Times collectives of PyTorch's Gloo and of Muster. Each rank is a process of its own. */
public final class CollectivesBenchmark {
  private static final String USAGE =
      "usage: side-by-side-collectives [--rounds N] [--warm-up N] [--scale F] [--write FILE]"
          + " [--figures FILE]";

  private static final int[] WORLD_SIZES = {2, 4};

  private CollectivesBenchmark() {}

  /** A collective, the bytes per rank, and the number of calls per round. */
  private record Workload(Collective collective, int worldSize, int bytes, int times) {
    String figure() {
      String name = collective.name().toLowerCase(Locale.ROOT).replace("_", "-");
      String size = bytes < 1 << 20 ? (bytes >> 10) + " KiB" : (bytes >> 20) + " MiB";
      return name + ", " + worldSize + " ranks, " + size + ", µs";
    }
  }

  /** Measures, prints, and writes the files that were named. */
  public static void main(String... args) throws IOException, InterruptedException {
    Options options = Options.parse(USAGE, 15, 5, args);
    SideBySide run = new SideBySide(options, PYTORCH, MUSTER);
    Map<String, List<ChildProcess>> worlds = new HashMap<>();
    Map<String, Integer> bytes = new LinkedHashMap<>();
    List<SideBySide.Work> works = new ArrayList<>();
    try {
      for (int size : WORLD_SIZES) {
        worlds.put(PYTORCH + size, world(PYTORCH, size));
        worlds.put(MUSTER + size, world(MUSTER, size));
        for (Collective collective : Collective.values()) {
          for (Workload workload :
              List.of(
                  new Workload(collective, size, 1 << 10, 500),
                  new Workload(collective, size, 1 << 20, 40),
                  new Workload(collective, size, 64 << 20, 2))) {
            bytes.put(workload.figure(), workload.bytes);
            works.add(work(options, workload, worlds));
          }
        }
      }
      run.run(works);
    } finally {
      worlds.values().forEach(world -> world.forEach(ChildProcess::close));
    }
    Results results = run.results();
    String table =
        results.table(
            bytes::containsKey,
            throughput(results, PYTORCH, bytes),
            throughput(results, MUSTER, bytes));
    options.publish(run.page("collectives.md").with("table", table).text());
    run.writeFigures();
  }

  private static SideBySide.Work work(
      Options options, Workload workload, Map<String, List<ChildProcess>> worlds) {
    int times = options.scaled(workload.times);
    return (side, round) -> {
      List<ChildProcess> world = Objects.requireNonNull(worlds.get(side + workload.worldSize));
      long nanos = nanos(world, workload.collective, workload.bytes, times);
      return Map.of(workload.figure(), nanos / 1e3 / times);
    };
  }

  private static Results.Column throughput(
      Results results, String side, Map<String, Integer> bytes) {
    return new Results.Column(
        side + ", GB/s",
        name ->
            String.format(
                Locale.ROOT,
                "%.2f",
                bytes.getOrDefault(name, 0) / 1e3 / results.of(name, side).median()));
  }

  /** The ranks of a world, which are connected on return. */
  private static List<ChildProcess> world(String side, int size) {
    List<ChildProcess> ranks = new ArrayList<>();
    try (StoreServer server = StoreServer.start(StoreServerOptions.builder().build())) {
      for (int rank = 0; rank < size; rank++) {
        List<String> command =
            ChildProcess.javaCommand(
                List.of("-Dorg.bytedeco.javacpp.nopointergc=true"),
                RankMain.class,
                side,
                String.valueOf(rank),
                String.valueOf(size),
                String.valueOf(server.port()));
        ranks.add(ChildProcess.start(Map.of(), command));
      }
      ranks.forEach(ChildProcess::answer);
    }
    return ranks;
  }

  /** Repeats a collective in a world; the nanoseconds of the rank that took longest. */
  private static long nanos(List<ChildProcess> world, Collective collective, int bytes, int times) {
    world.forEach(rank -> rank.tell(collective + " " + bytes + " " + times));
    return world.stream().mapToLong(rank -> Long.parseLong(rank.answer())).max().orElseThrow();
  }
}
