package io.muster.bench.store;

import static io.muster.bench.SideBySide.MUSTER;
import static io.muster.bench.SideBySide.PYTORCH;

import io.muster.bench.Options;
import io.muster.bench.Results;
import io.muster.bench.ServerProcess;
import io.muster.bench.ServerProcess.Kind;
import io.muster.bench.SideBySide;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Times PyTorch's store and Muster's. Each server is a process of its own; the clients are in this
 * one.
 */
public final class StoreBenchmark {
  private static final String USAGE =
      "usage: side-by-side [--rounds N] [--warm-up N] [--scale F] [--only REGEX] [--write FILE]"
          + " [--figures FILE]";

  private static final String THREADED = "Muster on threads";
  private static final String ECHO = "a bare echo, µs";
  private static final String NATIVE_CALL = "a native call, µs";
  private static final String NATIVE_VECTOR = "a native vector, µs";

  private StoreBenchmark() {}

  /** Measures, prints, and writes the files that were named. */
  public static void main(String... args) throws IOException, InterruptedException {
    // The references that would free native objects some day cost time; ours are freed by hand.
    System.setProperty("org.bytedeco.javacpp.nopointergc", "true");
    Options options = Options.parse(USAGE, 15, 5, args);
    SideBySide run = new SideBySide(options, PYTORCH, MUSTER, THREADED);
    try (ServerProcess pyTorchServer = ServerProcess.start(Kind.PYTORCH);
        ServerProcess musterServer = ServerProcess.start(Kind.EVENT_LOOP);
        ServerProcess threadedServer = ServerProcess.start(Kind.THREADED);
        ServerProcess echoServer = ServerProcess.start(Kind.ECHO);
        PyTorchSide pyTorch = new PyTorchSide(pyTorchServer.port());
        MusterSide muster = new MusterSide(musterServer.port());
        MusterSide threaded = new MusterSide(threadedServer.port());
        Echo echo = new Echo(echoServer.port())) {
      List<SideBySide.Work> works = new ArrayList<>();
      works.add(work(options, ECHO, 3_000, Map.of(MUSTER, echo.timed())));
      works.add(
          work(
              options,
              Workload.huge().figure(),
              Workload.huge().operations(),
              Map.of(MUSTER, Workload.huge().preparation().on(muster))));
      works.add(
          work(
              options,
              NATIVE_CALL,
              100_000,
              Map.of(PYTORCH, Workload.repeating(pyTorch.nothing()))));
      works.add(
          work(
              options,
              NATIVE_VECTOR,
              20_000,
              Map.of(PYTORCH, Workload.repeating(PyTorchSide.vector()))));
      Map<String, Side> sides = Map.of(PYTORCH, pyTorch, MUSTER, muster, THREADED, threaded);
      for (Workload workload : Workload.all()) {
        if (options.includes(workload.name())) {
          Map<String, Workload.Timed> timed = new LinkedHashMap<>();
          sides.forEach((name, side) -> timed.put(name, workload.preparation().on(side)));
          works.add(work(options, workload.figure(), workload.operations(), timed));
        }
      }
      run.run(works);
    }
    publish(run, options);
  }

  /** Microseconds an operation, on the sides for which something is prepared. */
  private static SideBySide.Work work(
      Options options, String figure, int operations, Map<String, Workload.Timed> timed) {
    int scaled = options.scaled(operations);
    return (side, round) ->
        timed.containsKey(side)
            ? Map.of(figure, timed.get(side).nanos(scaled) / 1e3 / scaled)
            : Map.of();
  }

  private static void publish(SideBySide run, Options options) throws IOException {
    Results results = run.results();
    List<String> compared = Workload.all().stream().map(Workload::figure).toList();
    double huge = results.of(Workload.huge().figure(), MUSTER).median();
    options.publish(
        run.page("stores.md")
            .with("echo", results.of(ECHO, MUSTER))
            .with("native call", results.of(NATIVE_CALL, PYTORCH))
            .with("native vector", results.of(NATIVE_VECTOR, PYTORCH))
            .with("huge", results.of(Workload.huge().figure(), MUSTER))
            .with("huge, GB/s", String.format(Locale.ROOT, "%.1f", 2 * Workload.HUGE / 1e3 / huge))
            .with("table", results.table(compared::contains))
            .text());
    String get = Workload.all().get(0).figure();
    if (results.names().contains(get)) {
      results.addQuotients("get, 32 B, to a bare echo", get, results.of(ECHO, MUSTER));
    }
    run.writeFigures();
  }
}
