package io.muster.bench;

import io.muster.bench.Comparison.Of;
import io.muster.bench.scale.Measurements;
import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
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

  private final RunOptions options;
  private final Map<Of, Map<Integer, Sizing>> sizings = new EnumMap<>(Of.class);

  private Growth(String[] args) {
    options = RunOptions.parse(USAGE, 0, args);
  }

  /** What was measured of one server with one number of clients. */
  static final class Sizing {
    private final Map<String, Samples> figures = new LinkedHashMap<>();
    private int failed;

    private void add(Map<String, Double> round) {
      round.forEach(
          (name, figure) -> figures.computeIfAbsent(name, unused -> new Samples()).add(figure));
    }
  }

  /** Measures, prints, and writes the files that were named, with plots beside the report. */
  public static void main(String[] args) throws IOException, InterruptedException {
    new Growth(args).measure();
  }

  private void measure() throws IOException, InterruptedException {
    String loadBefore = Machine.load();
    boolean namesChosen = Names.canBeChosen();
    List<Integer> sizes = IntStream.of(CLIENTS).map(options::scaled).distinct().boxed().toList();
    try (Names names = new Names()) {
      List<String> prefix = namesChosen ? names.known() : List.of();
      warmCrowd(prefix);
      for (int clients : sizes) {
        System.err.println(clients + " clients");
        for (int round = 0; round < options.rounds(); round++) {
          options.sayRound(round);
          for (Of whose : ComparedServers.turns(round)) {
            measure(whose, prefix, clients);
          }
        }
      }
    }
    Measurements medians = new Measurements(Machine.describe());
    Map<Of, Map<Integer, Integer>> failures = new EnumMap<>(Of.class);
    sizings.forEach(
        (whose, bySize) ->
            bySize.forEach(
                (clients, sizing) -> {
                  sizing.figures.forEach(
                      (name, samples) ->
                          medians.put(whose.name(), clients, name, samples.median()));
                  failures
                      .computeIfAbsent(whose, unused -> new LinkedHashMap<>())
                      .put(clients, sizing.failed);
                }));
    GrowthReport report = new GrowthReport(medians, failures, sizes, options.rounds());
    options.publish(report.text(loadBefore, namesChosen));
    if (options.file().isPresent()) {
      report.drawBeside(options.file().get());
    }
    if (options.figures().isPresent()) {
      medians.writeTo(options.figures().get());
    }
  }

  /** The program's own code is compiled on a server of which nothing is measured. */
  private void warmCrowd(List<String> prefix) throws IOException, InterruptedException {
    for (int i = 0; i < WARM_ROUNDS; i++) {
      try (ServerProcess server = ComparedServers.start(Of.MUSTER, prefix)) {
        Map<String, Double> unused = GrowthWork.on(server, options.scaled(WARM_CLIENTS));
      }
    }
  }

  private void measure(Of whose, List<String> prefix, int clients)
      throws IOException, InterruptedException {
    Sizing sizing =
        sizings
            .computeIfAbsent(whose, unused -> new LinkedHashMap<>())
            .computeIfAbsent(clients, unused -> new Sizing());
    try (ServerProcess server = ComparedServers.start(whose, prefix)) {
      sizing.add(GrowthWork.on(server, clients));
    } catch (IOException e) {
      // A server resets connections that it has no room for; that says something about it.
      System.err.println(whose + " failed with " + clients + " clients: " + e.getMessage());
      sizing.failed++;
    }
  }
}
