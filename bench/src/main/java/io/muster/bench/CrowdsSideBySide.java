package io.muster.bench;

import io.muster.bench.Comparison.Of;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Times what crowds of clients do to PyTorch's server and to Muster's in one run, turn by turn. */
public final class CrowdsSideBySide {
  private static final String USAGE =
      "usage: side-by-side-crowds [--rounds N] [--warm-up N] [--scale F] [--only REGEX]"
          + " [--write FILE] [--figures FILE]";

  /** PyTorch's server has a client in its own process, which looks for the name of its own end. */
  private static final String STARTED = "start of a server, no server of names answers, ms";

  private final RunOptions options;

  private CrowdsSideBySide(String[] args) {
    options = RunOptions.parse(USAGE, 2, args);
  }

  /** Which servers a workload has. */
  private enum Servers {
    /** One for all rounds of all workloads that have such. */
    WARM,

    /** The same, for which names cannot be found. */
    WARM_NAMELESS,

    /** A new one for each round, since memory is what is measured. */
    NEW
  }

  /** What is measured. */
  private record Workload(String name, Servers servers, int clients, CrowdWork.Work work) {
    /** PyTorch's server takes a minute or more to forget the waits of so many. */
    boolean isSlow() {
      return name.equals("leave");
    }
  }

  private static List<Workload> workloads() {
    return List.of(
        new Workload("loop", Servers.WARM, 16, CrowdWork::loop),
        new Workload("loop", Servers.WARM, 256, CrowdWork::loop),
        new Workload("loop", Servers.WARM, 4_000, CrowdWork::loop),
        new Workload("join", Servers.WARM, 1_000, CrowdWork::join),
        new Workload("join", Servers.WARM, 10_000, CrowdWork::join),
        new Workload(
            "join without names", Servers.WARM_NAMELESS, 1_000, CrowdWork::joinWithoutNames),
        new Workload("wake", Servers.WARM, 10_000, CrowdWork::wake),
        new Workload("leave", Servers.WARM, 10_000, CrowdWork::leave),
        new Workload("barrier", Servers.WARM, 1_000, CrowdWork::barrier),
        new Workload("idle", Servers.NEW, 18_000, CrowdWork::idle),
        new Workload("keys", Servers.NEW, 1_000_000, CrowdWork::keys));
  }

  /** Measures, prints, and writes the files that were named. */
  public static void main(String[] args) throws IOException, InterruptedException {
    new CrowdsSideBySide(args).measure();
  }

  private void measure() throws IOException, InterruptedException {
    String loadBefore = Machine.load();
    boolean namesChosen = Names.canBeChosen();
    Comparison comparison = new Comparison();
    try (Names names = new Names()) {
      Map<Servers, Map<Of, ServerProcess>> warm = new EnumMap<>(Servers.class);
      try {
        for (Workload workload : workloads()) {
          boolean measurable = namesChosen || workload.servers != Servers.WARM_NAMELESS;
          if (!measurable || !options.includes(workload.name)) {
            continue;
          }
          System.err.println(workload.name + " of " + options.scaled(workload.clients));
          List<String> prefix =
              !namesChosen
                  ? List.of()
                  : workload.servers == Servers.WARM_NAMELESS ? names.unknown() : names.known();
          if (workload.servers == Servers.NEW) {
            measureOnNewServers(workload, prefix, comparison);
          } else {
            if (!warm.containsKey(workload.servers)) {
              warm.put(workload.servers, start(workload.servers, prefix, comparison));
            }
            measure(workload, warm.get(workload.servers), comparison);
          }
        }
      } finally {
        warm.values().forEach(servers -> servers.values().forEach(ServerProcess::close));
      }
    }
    options.publish(report(comparison, loadBefore, namesChosen), comparison);
  }

  private static Map<Of, ServerProcess> start(
      Servers which, List<String> prefix, Comparison comparison) throws IOException {
    Map<Of, ServerProcess> servers = new EnumMap<>(Of.class);
    for (Of whose : Of.values()) {
      long start = System.nanoTime();
      servers.put(whose, ComparedServers.start(whose, prefix));
      if (which == Servers.WARM_NAMELESS) {
        comparison.add(STARTED, whose, (System.nanoTime() - start) / 1e6);
      }
    }
    return servers;
  }

  private void measureOnNewServers(Workload workload, List<String> prefix, Comparison comparison)
      throws IOException, InterruptedException {
    for (int round = 0; round < options.rounds(); round++) {
      options.sayRound(round);
      for (Of whose : ComparedServers.turns(round)) {
        try (ServerProcess server = ComparedServers.start(whose, prefix)) {
          add(comparison, whose, workload.work.on(server, options.scaled(workload.clients), round));
        }
      }
    }
  }

  private void measure(Workload workload, Map<Of, ServerProcess> servers, Comparison comparison)
      throws IOException, InterruptedException {
    int rounds = workload.isSlow() ? Math.min(options.rounds(), 2) : options.rounds();
    int warmUp = workload.isSlow() ? Math.min(options.warmUp(), 1) : options.warmUp();
    for (int round = -warmUp; round < rounds; round++) {
      options.sayRound(round);
      for (Of whose : ComparedServers.turns(round)) {
        ServerProcess server = servers.get(whose);
        if (server == null) {
          throw new IllegalStateException("no server of " + whose);
        }
        Map<String, Double> figures =
            workload.work.on(server, options.scaled(workload.clients), round);
        if (round >= 0) {
          add(comparison, whose, figures);
        }
      }
    }
  }

  private static void add(Comparison comparison, Of whose, Map<String, Double> figures) {
    figures.forEach((name, figure) -> comparison.add(name, whose, figure));
  }

  private String report(Comparison comparison, String loadBefore, boolean namesChosen)
      throws IOException {
    return String.format(
            Locale.ROOT,
            """
        # Benchmarks of crowds

        What many clients do to PyTorch's server and to Muster's, measured in one run. Written by
        `bench/run side-by-side-crowds --write FILE`.

        %s
        The load average was %s before the run and %s after it, of which the run itself makes up to 2.

        Each server is a process of its own, the same for all but what says otherwise: PyTorch's is its C++ one on libuv (of
        `org.bytedeco:pytorch`, 2.10), in a JVM kept as small as it gets, Muster's the event loop. One
        more process has all clients, which are the same before either server: sockets that speak
        PyTorch's bytes, driven by one thread. PyTorch looks up names of addresses; %s.

        %d rounds follow %d of warm-up, 2 and 1 where clients leave, which takes PyTorch's server a minute
        or more each time; where memory is measured each round has new servers. A round
        does the work on each side in turn; each round begins with the other side. Figures are the
        median of the rounds, with the least and the greatest in brackets. A ratio is taken within each
        round, Muster's figure divided by PyTorch's: below 1 Muster needs less.

        | what | PyTorch | Muster | ratio |
        |---|---:|---:|---:|
        """,
            Machine.describe(),
            loadBefore,
            Machine.load(),
            namesChosen
                ? "a hosts file of its own answers at once, unless the table says otherwise"
                : "what this machine answers was not in the hand of the run",
            options.rounds(),
            options.warmUp())
        + comparison.rows();
  }
}
