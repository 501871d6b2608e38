package io.muster.bench.store;

import io.muster.bench.Options;
import io.muster.bench.ServerProcess;
import io.muster.bench.ServerProcess.Kind;
import io.muster.bench.SideBySide;
import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.ParentProcess;
import java.io.File;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * Times the store of another commit and today's. Each build has a server and a client of its own,
 * each in a process of its own.
 */
@Command(
    name = "before-and-after",
    description = "Times the store of another commit and the current one.")
public final class BeforeAndAfter implements Callable<Integer> {
  private static final String NOW = "now";

  @Parameters(index = "0", paramLabel = "COMMIT")
  private String commit = "";

  /** The directory of the store's classes of that commit, which bench/run adds. */
  @Parameters(index = "1", hidden = true)
  private String classes = "";

  @Mixin private final Options options = new Options(15, 5);

  @Override
  public Integer call() throws IOException, InterruptedException {
    String classPath = System.getProperty("java.class.path");
    SideBySide run = new SideBySide(options, commit, NOW);
    try (Clients before = new Clients(classes + File.pathSeparator + classPath);
        Clients after = new Clients(classPath)) {
      Map<String, Clients> clients = Map.of(commit, before, NOW, after);
      for (Workload workload : Workload.all()) {
        run.addTimed(
            workload.figure(),
            workload.operations(),
            (side, operations) ->
                Objects.requireNonNull(clients.get(side)).nanos(workload, operations));
      }
      run.run();
    }
    options.publish(run.results().table(name -> true) + "\n");
    run.writeFigures();
    return 0;
  }

  /** A server and its client, both with the build that comes first on a class path. */
  private static final class Clients implements AutoCloseable {
    private final ServerProcess server;
    private final ChildProcess client;

    Clients(String classPath) {
      server = ServerProcess.start(Kind.EVENT_LOOP, "-cp", classPath);
      client =
          ChildProcess.start(
              Map.of(),
              ChildProcess.javaCommand(
                  List.of("-cp", classPath), Client.class, String.valueOf(server.port())));
    }

    /** Runs a workload. Blocks until it has run, and returns the nanoseconds that it took. */
    double nanos(Workload workload, int operations) {
      return Double.parseDouble(client.ask(operations + " " + workload.name()));
    }

    @Override
    public void close() {
      client.close();
      server.close();
    }
  }

  /** A client in a process of its own that runs workloads on request. */
  static final class Client {
    private Client() {}

    /** Connects to the port in {@code args} and runs workloads until standard input ends. */
    public static void main(String[] args) throws IOException {
      try (Side side = new MusterSide(Integer.parseInt(args[0]))) {
        Map<String, Workload.Timed> prepared = new HashMap<>();
        ParentProcess.answerEach(
            line -> {
              String[] words = line.split(" ", 2);
              return prepared
                  .computeIfAbsent(words[1], name -> find(name).preparation().on(side))
                  .nanos(Integer.parseInt(words[0]));
            });
      }
    }

    private static Workload find(String name) {
      return Workload.all().stream().filter(w -> w.name().equals(name)).findFirst().orElseThrow();
    }
  }
}
