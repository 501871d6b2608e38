package io.muster.bench.crowd;

import static io.muster.bench.SideBySide.MUSTER;
import static io.muster.bench.SideBySide.PYTORCH;

import io.muster.bench.HostsOverride;
import io.muster.bench.Options;
import io.muster.bench.ServerProcess;
import io.muster.bench.SideBySide;
import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Times what crowds of clients do to PyTorch's server and to Muster's. */
@Command(
    name = "side-by-side-crowds",
    description = "Times what crowds of clients do to PyTorch's server and to Muster's.")
public final class CrowdBenchmark implements Callable<Integer> {
  /**
   * PyTorch's server has a client in its own process, which looks up the name of its own address.
   */
  private static final String STARTED = "start of a server, no DNS server answers, ms";

  private static final int LOOP_OPERATIONS = 200_000;

  /** Fewer take too little of the server's CPU time, which is counted in ticks of 10 ms. */
  private static final int MIN_LOOP_OPERATIONS = 10_000;

  private static final int CALLS_BESIDE_IDLE = 3_000;

  private final Map<Servers, Map<String, ServerProcess>> warm = new EnumMap<>(Servers.class);

  @Mixin private final Options options = new Options(15, 2);

  /** Which servers a workload has. */
  private enum Servers {
    /** One server for all rounds of all workloads with this constant. */
    WARM,

    /** The same, for which names cannot be found. */
    WARM_NAMELESS,

    /** A new one for each round, since memory is what is measured. */
    NEW
  }

  /** An operation that is measured, the servers, and the number of clients. */
  private record Workload(String name, Servers servers, int clients, CrowdWork.Work work) {
    /** PyTorch's server takes a minute or more to remove the waits of many clients. */
    boolean isSlow() {
      return name.equals("leave");
    }
  }

  private List<Workload> workloads() {
    CrowdWork.Work loop =
        (server, clients, round) ->
            CrowdWork.loop(
                server, clients, Math.max(MIN_LOOP_OPERATIONS, options.scaled(LOOP_OPERATIONS)));
    CrowdWork.Work idle =
        (server, clients, round) ->
            CrowdWork.idle(server, clients, options.scaled(CALLS_BESIDE_IDLE));
    return List.of(
        new Workload("loop", Servers.WARM, 16, loop),
        new Workload("loop", Servers.WARM, 256, loop),
        new Workload("loop", Servers.WARM, 4_000, loop),
        new Workload("join", Servers.WARM, 1_000, CrowdWork::join),
        new Workload("join", Servers.WARM, 10_000, CrowdWork::join),
        new Workload(
            "join without names", Servers.WARM_NAMELESS, 1_000, CrowdWork::joinWithoutNames),
        new Workload("wake", Servers.WARM, 10_000, CrowdWork::wake),
        new Workload("leave", Servers.WARM, 10_000, CrowdWork::leave),
        new Workload("barrier", Servers.WARM, 1_000, CrowdWork::barrier),
        new Workload("idle", Servers.NEW, 18_000, idle),
        new Workload("keys", Servers.NEW, 1_000_000, CrowdWork::keys));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    SideBySide run = new SideBySide(options, PYTORCH, MUSTER);
    try (HostsOverride hosts = new HostsOverride()) {
      for (Workload workload : workloads()) {
        boolean nameless = workload.servers == Servers.WARM_NAMELESS;
        if (options.includes(workload.name) && (hosts.isPossible() || !nameless)) {
          System.err.println(workload.name + " of " + options.scaled(workload.clients));
          measure(run, workload, nameless ? hosts.unknown() : hosts.known());
        }
      }
      run.publish(run.page("crowds.md").with("names", hosts.describe()));
    } finally {
      warm.values().forEach(servers -> servers.values().forEach(ServerProcess::close));
    }
    return 0;
  }

  private void measure(SideBySide run, Workload workload, List<String> prefix)
      throws IOException, InterruptedException {
    int clients = options.scaled(workload.clients);
    if (workload.servers == Servers.NEW) {
      run.add(
          workload.name,
          (side, round) -> {
            try (ServerProcess server = ServerProcess.startBest(side, prefix)) {
              return workload.work.on(server, clients, round);
            }
          });
      run.run(0, options.rounds());
      return;
    }
    Map<String, ServerProcess> servers =
        warm.computeIfAbsent(workload.servers, which -> start(run, which, prefix));
    run.add(
        workload.name,
        (side, round) ->
            workload.work.on(Objects.requireNonNull(servers.get(side)), clients, round));
    int most = workload.isSlow() ? 2 : Integer.MAX_VALUE;
    run.run(Math.min(options.warmUp(), most - 1), Math.min(options.rounds(), most));
  }

  private static Map<String, ServerProcess> start(
      SideBySide run, Servers which, List<String> prefix) {
    Map<String, ServerProcess> servers = new LinkedHashMap<>();
    for (String side : List.of(PYTORCH, MUSTER)) {
      long start = System.nanoTime();
      servers.put(side, ServerProcess.startBest(side, prefix));
      if (which == Servers.WARM_NAMELESS) {
        run.results().add(STARTED, side, (System.nanoTime() - start) / 1e6);
      }
    }
    return servers;
  }
}
