package io.muster.bench;

import io.muster.bench.RankProcess.Kind;
import io.muster.bench.RankSide.Collective;
import io.muster.store.server.StoreServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Times collectives of PyTorch's Gloo and of Muster in one run, turn by turn, and prints the
 * ratios. Each rank is a process of its own.
 */
public final class CollectivesSideBySide {
  private static final String USAGE =
      "usage: side-by-side-collectives [--rounds N] [--warm-up N] [--scale F] [--write FILE]"
          + " [--figures FILE]";

  private static final int[] WORLD_SIZES = {2, 4};
  private static final List<Kind> MUSTER_FIRST = List.of(Kind.MUSTER, Kind.PYTORCH);
  private static final List<Kind> PYTORCH_FIRST = List.of(Kind.PYTORCH, Kind.MUSTER);

  /** What is measured: so many bytes, so often in a round. */
  private record Workload(Collective collective, int worldSize, int bytes, int times) {
    @Override
    public String toString() {
      String name = collective.name().toLowerCase(Locale.ROOT).replace("_", "-");
      String size = bytes < 1 << 20 ? (bytes >> 10) + " KiB" : (bytes >> 20) + " MiB";
      return name + ", " + worldSize + " ranks, " + size;
    }
  }

  private final RunOptions options;

  private CollectivesSideBySide(String[] args) {
    options = RunOptions.parse(USAGE, 5, args);
  }

  /** Measures, prints, and writes the file if one was named. */
  public static void main(String[] args) throws IOException {
    CollectivesSideBySide run = new CollectivesSideBySide(args);
    run.measure();
  }

  private static List<Workload> workloads() {
    List<Workload> all = new ArrayList<>();
    for (int size : WORLD_SIZES) {
      for (Collective collective : Collective.values()) {
        all.add(new Workload(collective, size, 1 << 10, 500));
        all.add(new Workload(collective, size, 1 << 20, 40));
        all.add(new Workload(collective, size, 64 << 20, 2));
      }
    }
    return all;
  }

  private void measure() throws IOException {
    String loadBefore = Machine.load();
    Map<Kind, Map<Integer, List<RankProcess>>> worlds = new EnumMap<>(Kind.class);
    Map<Workload, Map<Kind, Samples>> micros = new LinkedHashMap<>();
    try {
      for (Kind kind : Kind.values()) {
        worlds.put(kind, new LinkedHashMap<>());
        for (int size : WORLD_SIZES) {
          try (StoreServer server = StoreServer.start(StoreServer.options().build())) {
            of(worlds, kind).put(size, RankProcess.world(kind, size, server.port()));
          }
        }
      }
      for (int round = -options.warmUp(); round < options.rounds(); round++) {
        options.sayRound(round);
        for (Workload workload : workloads()) {
          Map<Kind, Samples> samples =
              micros.computeIfAbsent(workload, unused -> new EnumMap<>(Kind.class));
          for (Kind kind : round % 2 == 0 ? MUSTER_FIRST : PYTORCH_FIRST) {
            List<RankProcess> world = of(of(worlds, kind), workload.worldSize);
            int times = options.scaled(workload.times);
            long nanos = RankProcess.nanos(world, workload.collective, workload.bytes, times);
            Samples ofKind = samples.computeIfAbsent(kind, unused -> new Samples());
            if (round >= 0) {
              ofKind.add(nanos / 1e3 / times);
            }
          }
        }
      }
    } finally {
      worlds.values().forEach(of -> of.values().forEach(w -> w.forEach(RankProcess::close)));
    }
    Comparison figures = new Comparison();
    micros.forEach(
        (workload, sides) ->
            figures.add(workload + ", µs", of(sides, Kind.PYTORCH), of(sides, Kind.MUSTER)));
    options.publish(report(micros, loadBefore), figures);
  }

  private String report(Map<Workload, Map<Kind, Samples>> micros, String loadBefore)
      throws IOException {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            """
        # Benchmarks of collectives

        Muster's process groups beside PyTorch's, measured in one run. Written by
        `bench/run side-by-side-collectives --write FILE`.

        %s
        The load average was %s before the run and %s after it, of which the run itself makes up to 4.

        Each rank is a process of its own: PyTorch's are its C++ `ProcessGroupGloo` (of
        `org.bytedeco:pytorch`, 2.10) called from Java, Muster's have their elements in direct
        buffers. All connections are on loopback. Elements are floats; the bytes are those of the
        output of a rank. With four ranks there are more ranks than cores.

        %d rounds follow %d of warm-up. A round does each workload on each side in turn; each round
        begins with the other side. Figures are microseconds a call, of the rank that took longest: the
        median of the rounds, with the least and the greatest in brackets. A ratio is taken within each
        round, Muster's time divided by PyTorch's: below 1 Muster is faster. GB/s are 10^9 bytes of the
        output a second, at the median.

        | collective | PyTorch, µs | Muster, µs | ratio | PyTorch, GB/s | Muster, GB/s |
        |---|---:|---:|---:|---:|---:|
        """,
            Machine.describe(),
            loadBefore,
            Machine.load(),
            options.rounds(),
            options.warmUp()));
    micros.forEach(
        (workload, sides) -> {
          Samples pyTorch = of(sides, Kind.PYTORCH);
          Samples muster = of(sides, Kind.MUSTER);
          out.append(
              String.format(
                  Locale.ROOT,
                  "| %s | %s | %s | **%s** | %.2f | %.2f |%n",
                  workload,
                  pyTorch,
                  muster,
                  muster.over(pyTorch),
                  workload.bytes / 1e3 / pyTorch.median(),
                  workload.bytes / 1e3 / muster.median()));
        });
    return out.toString();
  }

  private static <K, V> V of(Map<K, V> map, K key) {
    V value = map.get(key);
    if (value == null) {
      throw new IllegalStateException("nothing for " + key);
    }
    return value;
  }
}
