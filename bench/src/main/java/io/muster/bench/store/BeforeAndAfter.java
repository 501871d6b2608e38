package io.muster.bench.store;

import io.muster.bench.Options;
import io.muster.bench.ServerProcess;
import io.muster.bench.ServerProcess.Kind;
import io.muster.bench.SideBySide;
import io.muster.fixtures.ChildProcess;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Times the store of another commit and today's. Each build has a server and a client of its own,
 * each in a process of its own.
 */
public final class BeforeAndAfter {
  private static final String USAGE =
      "usage: before-and-after COMMIT [--rounds N] [--warm-up N] [--scale F] [--only REGEX]"
          + " [--write FILE]";

  private BeforeAndAfter() {}

  /**
   * Measures, prints, and writes the file that was named.
   *
   * @param args the commit's name, the directory of its store's classes, and the options
   */
  public static void main(String... args) throws IOException, InterruptedException {
    Options options = Options.parse(USAGE, 15, 5, Arrays.copyOfRange(args, 2, args.length));
    String classPath = System.getProperty("java.class.path");
    String commit = args[0];
    String now = "now";
    SideBySide run = new SideBySide(options, commit, now);
    try (Clients before = new Clients(args[1] + File.pathSeparator + classPath);
        Clients after = new Clients(classPath)) {
      Map<String, Clients> clients = Map.of(commit, before, now, after);
      List<Workload> workloads =
          Workload.all().stream().filter(each -> options.includes(each.name())).toList();
      run.run(workloads.stream().map(each -> work(options, each, clients)).toList());
    }
    options.publish(run.results().table(name -> true) + "\n");
  }

  private static SideBySide.Work work(
      Options options, Workload workload, Map<String, Clients> clients) {
    int operations = options.scaled(workload.operations());
    return (side, round) -> {
      Clients build = Objects.requireNonNull(clients.get(side));
      return Map.of(workload.figure(), build.nanos(workload, operations) / 1e3 / operations);
    };
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
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          String[] words = line.split(" ", 2);
          Workload.Timed timed =
              prepared.computeIfAbsent(words[1], name -> find(name).preparation().on(side));
          System.out.println("= " + timed.nanos(Integer.parseInt(words[0])));
        }
      }
    }

    private static Workload find(String name) {
      return Workload.all().stream().filter(w -> w.name().equals(name)).findFirst().orElseThrow();
    }
  }
}
