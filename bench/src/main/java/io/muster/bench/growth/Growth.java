package io.muster.bench.growth;

import static io.muster.bench.SideBySide.MUSTER;
import static io.muster.bench.SideBySide.PYTORCH;

import io.muster.bench.HostsOverride;
import io.muster.bench.Options;
import io.muster.bench.ServerProcess;
import io.muster.bench.SideBySide;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Measures how the time and memory of PyTorch's server and of Muster's grow with the clients. */
@Command(name = "growth", description = "Measures how servers grow with their clients.")
public final class Growth implements Callable<Integer> {
  /** A process may open 20,000 files. */
  private static final int[] CLIENTS = {100, 300, 1_000, 3_000, 10_000, 18_000};

  private static final int WARM_ROUNDS = 3;
  private static final int WARM_CLIENTS = 1_000;

  @Mixin private final Options options = new Options(15, 0);

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Integer> sizes = IntStream.of(CLIENTS).map(options::scaled).distinct().boxed().toList();
    SideBySide run = new SideBySide(options, PYTORCH, MUSTER);
    try (HostsOverride hosts = new HostsOverride()) {
      List<String> prefix = hosts.known();
      warmCrowd(prefix);
      for (int clients : sizes) {
        System.err.println(clients + " clients");
        run.add(clients + " clients", (side, round) -> measure(side, prefix, clients));
        run.run();
      }
      GrowthReport report = new GrowthReport(run.results(), options.rounds(), sizes);
      options.publish(report.text(run.page("growth.md").with("names", hosts.describe())));
      if (options.file().isPresent()) {
        report.drawBeside(options.file().get());
      }
    }
    run.writeFigures();
    return 0;
  }

  /** The program's own code is compiled on a server of which nothing is measured. */
  private void warmCrowd(List<String> prefix) throws IOException, InterruptedException {
    for (int i = 0; i < WARM_ROUNDS; i++) {
      try (ServerProcess server = ServerProcess.startBest(MUSTER, prefix)) {
        Map<String, Double> unused = GrowthWork.on(server, options.scaled(WARM_CLIENTS));
      }
    }
  }

  private static Map<String, Double> measure(String side, List<String> prefix, int clients)
      throws InterruptedException {
    try (ServerProcess server = ServerProcess.startBest(side, prefix)) {
      return GrowthWork.on(server, clients);
    } catch (IOException e) {
      // A server resets connections that it has no room for; that says something about it.
      System.err.println(side + " failed with " + clients + " clients: " + e.getMessage());
      return Map.of();
    }
  }
}
