package io.muster.bench.collectives;

import static io.muster.bench.SideBySide.MUSTER;
import static io.muster.bench.SideBySide.PYTORCH;

import io.muster.bench.Options;
import io.muster.bench.Results;
import io.muster.bench.SideBySide;
import io.muster.bench.Text;
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
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Times collectives of PyTorch's Gloo and of Muster. Each rank is a process of its own. */
@Command(
    name = "side-by-side-collectives",
    description = "Times collectives of PyTorch's Gloo and of Muster.")
public final class CollectivesBenchmark implements Callable<Integer> {
  private static final int[] WORLD_SIZES = {2, 4};

  /** Numbers of calls per round, by the bytes per rank. */
  private static final Map<Integer, Integer> CALLS =
      new TreeMap<>(Map.of(1 << 10, 500, 1 << 20, 40, 64 << 20, 2));

  @Mixin private final Options options = new Options(15, 5);

  @Override
  public Integer call() throws IOException, InterruptedException {
    SideBySide run = new SideBySide(options, PYTORCH, MUSTER);
    Map<String, List<ChildProcess>> worlds = new HashMap<>();
    Map<String, Integer> bytesOf = new LinkedHashMap<>();
    try {
      for (int size : WORLD_SIZES) {
        worlds.put(PYTORCH + size, world(PYTORCH, size));
        worlds.put(MUSTER + size, world(MUSTER, size));
        for (Collective collective : Collective.values()) {
          CALLS.forEach(
              (bytes, calls) -> {
                String figure = figure(collective, size, bytes);
                bytesOf.put(figure, bytes);
                run.addTimed(
                    figure,
                    calls,
                    (side, times) ->
                        nanos(
                            Objects.requireNonNull(worlds.get(side + size)),
                            collective + " " + bytes + " " + times));
              });
        }
      }
      run.run();
    } finally {
      worlds.values().forEach(world -> world.forEach(ChildProcess::close));
    }
    Results results = run.results();
    String table =
        results.table(
            name -> true,
            throughput(results, PYTORCH, bytesOf),
            throughput(results, MUSTER, bytesOf));
    options.publish(run.page("collectives.md").with("table", table).text());
    run.writeFigures();
    return 0;
  }

  private static String figure(Collective collective, int ranks, int bytes) {
    String name = collective.name().toLowerCase(Locale.ROOT).replace("_", "-");
    String size = bytes < 1 << 20 ? (bytes >> 10) + " KiB" : (bytes >> 20) + " MiB";
    return name + ", " + ranks + " ranks, " + size + ", µs";
  }

  private static Results.Column throughput(
      Results results, String side, Map<String, Integer> bytesOf) {
    return new Results.Column(
        side + ", GB/s",
        name ->
            Text.format(
                "%.2f", bytesOf.getOrDefault(name, 0) / 1e3 / results.of(name, side).median()));
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

  /** Sends a request to all ranks of a world; returns the nanoseconds of the slowest rank. */
  private static long nanos(List<ChildProcess> world, String request) {
    world.forEach(rank -> rank.tell(request));
    return world.stream().mapToLong(rank -> Long.parseLong(rank.answer())).max().orElseThrow();
  }
}
