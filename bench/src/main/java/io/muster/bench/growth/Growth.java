package io.muster.bench.growth;

import static io.muster.bench.SideBySide.MUSTER;
import static io.muster.bench.SideBySide.PYTORCH;

import io.muster.bench.HostsOverride;
import io.muster.bench.Machine;
import io.muster.bench.Options;
import io.muster.bench.ServerProcess;
import io.muster.bench.SideBySide;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Measures how what a crowd needs of PyTorch's server and of Muster's grows with the crowd. */
public final class Growth {
  private static final String USAGE =
      "usage: growth [--rounds N] [--scale F] [--write FILE] [--figures FILE]";

  /** A process may open 20,000 files. */
  private static final int[] CLIENTS = {100, 300, 1_000, 3_000, 10_000, 18_000};

  private static final int WARM_ROUNDS = 3;
  private static final int WARM_CLIENTS = 1_000;

  private Growth() {}

  /** Measures, prints, and writes the files that were named, with plots beside the page. */
  public static void main(String... args) throws IOException, InterruptedException {
    Options options = Options.parse(USAGE, 15, 0, args);
    List<Integer> sizes = IntStream.of(CLIENTS).map(options::scaled).distinct().boxed().toList();
    Measurements medians = new Measurements(Machine.describe());
    Map<String, Integer> failures = new HashMap<>();
    SideBySide run = new SideBySide(options, PYTORCH, MUSTER);
    boolean namesChosen = HostsOverride.canBeChosen();
    try (HostsOverride names = new HostsOverride()) {
      List<String> prefix = namesChosen ? names.known() : List.of();
      warmCrowd(options, prefix);
      for (int clients : sizes) {
        System.err.println(clients + " clients");
        SideBySide ofSize = new SideBySide(options, PYTORCH, MUSTER);
        ofSize.run(List.of((side, round) -> measure(side, prefix, clients, failures)));
        for (String name : ofSize.results().names()) {
          for (String side : List.of(PYTORCH, MUSTER)) {
            medians.put(side, clients, name, ofSize.results().of(name, side).median());
          }
        }
      }
    }
    GrowthReport report = new GrowthReport(medians, failures, sizes);
    options.publish(
        report.text(run.page("growth.md").with("names", HostsOverride.describe(namesChosen))));
    if (options.file().isPresent()) {
      report.drawBeside(options.file().get());
    }
    if (options.figures().isPresent()) {
      medians.writeTo(options.figures().get());
    }
  }

  /** The program's own code is compiled on a server of which nothing is measured. */
  private static void warmCrowd(Options options, List<String> prefix)
      throws IOException, InterruptedException {
    for (int i = 0; i < WARM_ROUNDS; i++) {
      try (ServerProcess server = ServerProcess.startBest(MUSTER, prefix)) {
        Map<String, Double> unused = GrowthWork.on(server, options.scaled(WARM_CLIENTS));
      }
    }
  }

  private static Map<String, Double> measure(
      String side, List<String> prefix, int clients, Map<String, Integer> failures)
      throws InterruptedException {
    try (ServerProcess server = ServerProcess.startBest(side, prefix)) {
      return GrowthWork.on(server, clients);
    } catch (IOException e) {
      // A server resets connections that it has no room for; that says something about it.
      System.err.println(side + " failed with " + clients + " clients: " + e.getMessage());
      failures.merge(side + clients, 1, Integer::sum);
      return Map.of();
    }
  }
}
