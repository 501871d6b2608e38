package io.muster.bench.soak;

import io.muster.bench.Machine;
import io.muster.bench.ServerProcess;
import io.muster.bench.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs well-behaved and misbehaving clients against a server for minutes, and checks that replies
 * are correct, latency stays flat, and the server releases what disconnected clients held. Linux
 * only.
 */
@Command(name = "soak", description = "Runs good and bad clients for a long time.")
public final class Soak implements Callable<Integer> {
  private static final int INTERVALS = 200;
  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
  private static final Duration WARM_UP = Duration.ofSeconds(2);
  private static final Duration DISCONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** So small that the heap has soon reached the size that it keeps. */
  static final String SERVER_HEAP = "-Xmx128m";

  /** The server logs each client that it disconnects, some hundreds per minute. */
  private static final String NO_LOG = "-Djava.util.logging.config.file=/dev/null";

  @Option(names = "--minutes", paramLabel = "M", description = "How long it takes.")
  private double minutes = 10;

  @Option(names = "--seed", paramLabel = "N", description = "Repeats what clients do.")
  private long seed = System.nanoTime();

  @Option(names = "--write", paramLabel = "FILE", description = "Where the page goes.")
  private Optional<Path> file = Optional.empty();

  /** Returns 1 if a check failed. */
  @Override
  public Integer call() throws IOException {
    List<String> failed = report().failedChecks();
    failed.forEach(check -> System.err.println("FAILED: " + check));
    return failed.isEmpty() ? 0 : 1;
  }

  /** Soaks, and prints and writes the report. */
  SoakReport report() throws IOException {
    System.err.println("seed " + seed);
    SoakReport report = measure();
    System.out.print(report.text());
    if (file.isPresent()) {
      report.writeTo(file.get());
    }
    return report;
  }

  private SoakReport measure() throws IOException {
    String loadBefore = Machine.load();
    try (ServerProcess server =
        ServerProcess.start(ServerProcess.Kind.EVENT_LOOP, SERVER_HEAP, NO_LOG)) {
      warmUp(server);
      SoakReport.Rest before = rest(server);
      List<SoakSample> samples = new ArrayList<>();
      SoakLoad load = SoakLoad.start(server.port(), seed);
      try (load) {
        sample(load, server, samples);
      }
      return new SoakReport(
          minutes,
          seed,
          Text.format("%s before the run and %s after it", loadBefore, Machine.load()),
          samples,
          load.operations(),
          load.visits(),
          load.failures(),
          before,
          rest(server));
    }
  }

  /** Makes the server load its classes and open what it keeps for good. */
  private void warmUp(ServerProcess server) {
    try (SoakLoad load = SoakLoad.start(server.port(), seed)) {
      parkUntil(System.nanoTime() + WARM_UP.toNanos());
      if (!load.goesOn()) {
        throw new IllegalStateException("the warm-up failed: " + load.failures());
      }
    }
  }

  private void sample(SoakLoad load, ServerProcess server, List<SoakSample> samples)
      throws IOException {
    long start = System.nanoTime();
    long nanos = (long) (minutes * 60e9);
    long interval = Math.max(nanos / INTERVALS, SHORTEST_INTERVAL.toNanos());
    long before = start;
    long operations = 0;
    long visits = 0;
    for (long due = interval; due <= nanos && load.goesOn(); due += interval) {
      parkUntil(start + due);
      long now = System.nanoTime();
      double seconds = (now - before) / 1e9;
      Histogram times = load.probe().takeNanos();
      samples.add(
          new SoakSample(
              due / 60e9,
              (load.operations() - operations) / seconds,
              (load.visits() - visits) / seconds,
              times.getValueAtPercentile(50) / 1e3,
              times.getValueAtPercentile(99) / 1e3,
              times.getValueAtPercentile(99.9) / 1e3,
              times.getMaxValue() / 1e3,
              server.residentBytes(),
              server.openFiles(),
              server.holdings()));
      before = now;
      operations = load.operations();
      visits = load.visits();
    }
  }

  private static void parkUntil(long nanoTime) {
    for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** What is left when the server has noticed that all clients have gone. */
  private static SoakReport.Rest rest(ServerProcess server) throws IOException {
    long deadline = System.nanoTime() + DISCONNECT_TIMEOUT.toNanos();
    while (server.holdings().connections() > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    return new SoakReport.Rest(server.holdingsCollected(), server.openFiles());
  }
}
