package io.muster.bench;

import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Times the store of another commit and today's in one run, round by round, and prints the ratios.
 *
 * <p>Each build has a server and a client of its own, each in a process of its own. A round runs
 * every workload on both builds, and each round begins with the other build.
 */
public final class BeforeAndAfter {
  private static final String USAGE =
      "usage: before-and-after COMMIT [--rounds N] [--warm-up N] [--scale F] [--only REGEX]"
          + " [--write FILE]";

  private BeforeAndAfter() {}

  /** The microseconds per operation of each build, one sample per round. */
  private record Timings(Samples before, Samples after) {
    Timings() {
      this(new Samples(), new Samples());
    }
  }

  /**
   * Measures and prints.
   *
   * @param args the commit's name, the directory of its store's classes, and the options
   */
  public static void main(String[] args) throws IOException {
    String classPath = System.getProperty("java.class.path");
    RunOptions options = RunOptions.parse(USAGE, 5, Arrays.copyOfRange(args, 2, args.length));
    try (Clients before = new Clients(args[1] + File.pathSeparator + classPath);
        Clients after = new Clients(classPath)) {
      options.publish(report(args[0], measure(options, before, after)));
    }
  }

  private static Map<Workload, Timings> measure(RunOptions options, Clients before, Clients after) {
    Map<Workload, Timings> timings = new LinkedHashMap<>();
    Workload.all().stream()
        .filter(workload -> options.includes(workload.name()))
        .forEach(workload -> timings.put(workload, new Timings()));
    for (int round = -options.warmUp(); round < options.rounds(); round++) {
      options.sayRound(round);
      boolean beforeFirst = round % 2 == 0;
      timings.forEach(
          (workload, timing) -> {
            int operations = options.scaled(workload.operations());
            double first = (beforeFirst ? before : after).micros(workload, operations);
            double second = (beforeFirst ? after : before).micros(workload, operations);
            timing.before.add(beforeFirst ? first : second);
            timing.after.add(beforeFirst ? second : first);
          });
      if (round < 0) {
        timings.replaceAll((workload, unused) -> new Timings());
      }
    }
    return timings;
  }

  private static String report(String commit, Map<Workload, Timings> timings) {
    StringBuilder out =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                """
            | operation | %s, µs | now, µs | ratio |
            |---|---:|---:|---:|
            """,
                commit));
    timings.forEach(
        (workload, timing) ->
            out.append(
                String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | **%s** |%n",
                    workload.name(),
                    timing.before,
                    timing.after,
                    timing.after.over(timing.before))));
    return out.toString();
  }

  /** A server and its client, both with the build that comes first on a class path. */
  private static final class Clients implements AutoCloseable {
    private final ServerProcess server;
    private final WorkloadProcess client;

    Clients(String classPath) throws IOException {
      server = ServerProcess.startWith(classPath, ServerProcess.Kind.EVENT_LOOP);
      client = WorkloadProcess.start(classPath, server.port());
    }

    double micros(Workload workload, int operations) {
      return client.nanos(workload, operations) / 1e3 / operations;
    }

    @Override
    public void close() {
      client.close();
      server.close();
    }
  }
}
