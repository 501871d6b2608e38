package io.muster.bench.store;

import static io.muster.bench.SideBySide.MUSTER;
import static io.muster.bench.SideBySide.PYTORCH;

import io.muster.bench.Options;
import io.muster.bench.Results;
import io.muster.bench.ServerProcess;
import io.muster.bench.ServerProcess.Kind;
import io.muster.bench.SideBySide;
import io.muster.bench.Text;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Times PyTorch's store and Muster's. Each server is a process of its own; the clients are in this
 * one.
 */
@Command(name = "side-by-side", description = "Times PyTorch's store and Muster's.")
public final class StoreBenchmark implements Callable<Integer> {
  private static final String THREADED = "Muster on threads";
  private static final String ECHO = "a bare echo, µs";
  private static final String NATIVE_CALL = "a native call, µs";
  private static final String NATIVE_VECTOR = "a native vector, µs";

  @Mixin private final Options options = new Options(15, 5);

  @Override
  public Integer call() throws IOException, InterruptedException {
    SideBySide run = new SideBySide(options, PYTORCH, MUSTER, THREADED);
    try (ServerProcess pyTorchServer = ServerProcess.start(Kind.PYTORCH);
        ServerProcess musterServer = ServerProcess.start(Kind.EVENT_LOOP);
        ServerProcess threadedServer = ServerProcess.start(Kind.THREADED);
        ServerProcess echoServer = ServerProcess.start(Kind.ECHO);
        PyTorchSide pyTorch = new PyTorchSide(pyTorchServer.port());
        MusterSide muster = new MusterSide(musterServer.port());
        MusterSide threaded = new MusterSide(threadedServer.port());
        Echo echo = new Echo(echoServer.port())) {
      run.addTimed(ECHO, 3_000, on(Map.of(MUSTER, echo.timed())));
      add(run, Workload.huge(), Map.of(MUSTER, muster));
      run.addTimed(
          NATIVE_CALL, 100_000, on(Map.of(PYTORCH, Workload.repeating(pyTorch.nothing()))));
      run.addTimed(
          NATIVE_VECTOR, 20_000, on(Map.of(PYTORCH, Workload.repeating(PyTorchSide.vector()))));
      for (Workload workload : Workload.all()) {
        add(run, workload, Map.of(PYTORCH, pyTorch, MUSTER, muster, THREADED, threaded));
      }
      run.run();
    }
    publish(run);
    return 0;
  }

  private void add(SideBySide run, Workload workload, Map<String, Side> sides) {
    if (options.includes(workload.figure())) {
      Map<String, Workload.Timed> timed = new LinkedHashMap<>();
      sides.forEach((name, side) -> timed.put(name, workload.preparation().on(side)));
      run.addTimed(workload.figure(), workload.operations(), on(timed));
    }
  }

  /** What is prepared, on the sides for which something is. */
  private static SideBySide.Timed on(Map<String, Workload.Timed> timed) {
    return (side, operations) ->
        timed.containsKey(side) ? timed.get(side).nanos(operations) : Double.NaN;
  }

  private void publish(SideBySide run) throws IOException {
    Results results = run.results();
    List<String> compared = Workload.all().stream().map(Workload::figure).toList();
    double huge = results.of(Workload.huge().figure(), MUSTER).median();
    options.publish(
        run.page("stores.md")
            .with("echo", results.of(ECHO, MUSTER))
            .with("native call", results.of(NATIVE_CALL, PYTORCH))
            .with("native vector", results.of(NATIVE_VECTOR, PYTORCH))
            .with("huge", results.of(Workload.huge().figure(), MUSTER))
            .with("huge, GB/s", Text.orDash("%.1f", 2 * Workload.HUGE / 1e3 / huge))
            .with("table", results.table(compared::contains))
            .text());
    String get = Workload.all().get(0).figure();
    results.addQuotients("get, 32 B, to a bare echo", get, results.of(ECHO, MUSTER));
    run.writeFigures();
  }
}
