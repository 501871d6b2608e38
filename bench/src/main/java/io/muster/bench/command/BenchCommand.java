package io.muster.bench.command;

import io.muster.bench.collectives.CollectivesBenchmark;
import io.muster.bench.crowd.CrowdBenchmark;
import io.muster.bench.growth.Growth;
import io.muster.bench.growth.ScalePage;
import io.muster.bench.jmh.KeyspaceSize;
import io.muster.bench.rpc.RpcBenchmark;
import io.muster.bench.soak.AttackPauses;
import io.muster.bench.soak.Soak;
import io.muster.bench.start.EndpointStartBenchmark;
import io.muster.bench.start.StartBenchmark;
import io.muster.bench.store.BeforeAndAfter;
import io.muster.bench.store.FileBenchmark;
import io.muster.bench.store.StoreBenchmark;
import io.muster.bench.targets.TargetsReport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Runs a benchmark by its name. */
@Command(
    name = "bench/run",
    description = "Runs a benchmark; those side by side take some minutes each.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "  all                       Runs the benchmarks of docs/benchmarks.md and writes their pages.",
      "  jmh                       JMH, with its own options, such as a REGEX of names."
    },
    subcommands = {
      StoreBenchmark.class,
      CollectivesBenchmark.class,
      CrowdBenchmark.class,
      FileBenchmark.class,
      RpcBenchmark.class,
      StartBenchmark.class,
      EndpointStartBenchmark.class,
      BeforeAndAfter.class,
      AttackPauses.class,
      Growth.class,
      ScalePage.class,
      Soak.class,
      KeyspaceSize.class,
      TargetsReport.class
    })
public final class BenchCommand {
  @SuppressWarnings("UnusedVariable") // picocli looks for it
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Shows this help.")
  private boolean help;

  private BenchCommand() {}

  /** Runs a benchmark and exits. */
  public static void main(String... args) {
    System.exit(run(args));
  }

  /** Runs a benchmark; returns 0 if it has succeeded. */
  public static int run(String... args) {
    // The references that would free native objects some day cost time; ours are freed by hand.
    System.setProperty("org.bytedeco.javacpp.nopointergc", "true");
    return new CommandLine(new BenchCommand()).execute(args);
  }
}
