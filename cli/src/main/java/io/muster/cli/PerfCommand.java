package io.muster.cli;

import io.muster.cli.perf.Collective;
import io.muster.cli.perf.ElementType;
import io.muster.cli.perf.JsonReport;
import io.muster.cli.perf.Measurement;
import io.muster.cli.perf.PerfRun;
import io.muster.cli.perf.Plan;
import io.muster.cli.perf.Reduction;
import io.muster.cli.perf.Summary;
import io.muster.cli.perf.Table;
import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ProcessGroupOptions;
import io.muster.collectives.ProcessGroups;
import io.muster.launcher.LaunchResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster perf}: measures a collective, as one rank or with all ranks. */
@Command(
    name = "perf",
    description = {
      "Measure the latency, algorithm bandwidth and bus bandwidth of a collective per size.",
      "",
      "With --nproc this command starts all ranks on this machine. Otherwise it is one rank, and the"
          + " others may be PyTorch's (see examples/perf_rank.py). Rank 0 prints the results.",
      ""
    })
final class PerfCommand implements Callable<Integer> {
  private final Streams streams;
  private final Map<String, String> environment;

  @Parameters(
      paramLabel = "COLLECTIVE",
      converter = CollectiveName.class,
      completionCandidates = CollectiveName.class,
      description = "The collective: ${COMPLETION-CANDIDATES}.")
  private Collective collective = Collective.ALL_REDUCE;

  @Option(
      names = "--nproc",
      paramLabel = "N",
      description = "Start N ranks, each a process, and the store in which they meet.")
  private @Nullable Integer processes;

  @Option(
      names = "--init-method",
      paramLabel = "URL",
      description = "The rendezvous URL: tcp://, file:// or env://. Default: env://.")
  private @Nullable String initMethod;

  @Option(
      names = "--rank",
      paramLabel = "R",
      description = "The rank of this process. Default: from the URL or the environment.")
  private @Nullable Integer rank;

  @Option(
      names = "--world-size",
      paramLabel = "N",
      description = "The number of ranks. Default: from the URL or the environment.")
  private @Nullable Integer worldSize;

  @Option(
      names = {"-b", "--minbytes"},
      paramLabel = "SIZE",
      converter = ByteSize.Converter.class,
      description = "The first size. Default: ${DEFAULT-VALUE}.")
  private ByteSize firstSize = new ByteSize(4);

  @Option(
      names = {"-e", "--maxbytes"},
      paramLabel = "SIZE",
      converter = ByteSize.Converter.class,
      description = "The largest size, such as 64M or 1g. Default: ${DEFAULT-VALUE}.")
  private ByteSize lastSize = new ByteSize(64 << 20);

  @Option(
      names = {"-f", "--stepfactor"},
      paramLabel = "N",
      description = "The factor between a size and the next one. Default: ${DEFAULT-VALUE}.")
  private int factor = 2;

  @Option(
      names = {"-d", "--dtype"},
      paramLabel = "TYPE",
      converter = TypeName.class,
      completionCandidates = TypeName.class,
      description = "The element type: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private ElementType type = ElementType.F32;

  @Option(
      names = {"-o", "--op"},
      paramLabel = "OP",
      converter = ReductionName.class,
      completionCandidates = ReductionName.class,
      description = "The operator: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Reduction reduction = Reduction.SUM;

  @Option(
      names = "--root",
      paramLabel = "R",
      description = "The root of reduce, broadcast, gather and scatter. Default: ${DEFAULT-VALUE}.")
  private int root;

  @Option(
      names = {"-n", "--iterations"},
      paramLabel = "N",
      description = "Timed calls per size. Default: 500 to 5, fewer for larger sizes.")
  private @Nullable Integer iterations;

  @Option(
      names = {"-w", "--warm-up"},
      paramLabel = "N",
      description = "Calls before the timed ones. Default: as many.")
  private @Nullable Integer warmUps;

  @Option(
      names = {"-c", "--check"},
      description = "Check the results of one more call.")
  private boolean check;

  @Option(
      names = {"-J", "--json"},
      description = "Print one JSON document instead of a table.")
  private boolean json;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = HumanDuration.class,
      description = "How long the rendezvous, and each call, may take. Default: 5m.")
  private Duration timeout = Duration.ofMinutes(5);

  PerfCommand(Streams streams, Map<String, String> environment) {
    this.streams = streams;
    this.environment = environment;
  }

  @Override
  public Integer call() throws InterruptedException {
    Plan plan = plan();
    if (processes != null) {
      if (initMethod != null || rank != null || worldSize != null) {
        throw new IllegalArgumentException(
            "--nproc excludes --init-method, --rank and --world-size, because it starts all ranks"
                + " itself");
      }
      if (processes < 1) {
        throw new IllegalArgumentException("--nproc must be at least 1 but was " + processes);
      }
      plan.validate(processes);
      return run(processes);
    }
    return measure(plan);
  }

  /** Starts all ranks, and returns the exit code of the first that fails, or 0. */
  private int run(int ranks) throws InterruptedException {
    LaunchResult result =
        LocalWorld.run(
            LocalWorld.builder(environment, streams.out(), streams.err(), "")
                .workers(ranks, LocalWorld.java(Main.class, argumentsOfRank()))
                .build());
    // A rank with wrong elements reports them itself.
    if (!result.isSuccess() && result.signal().isEmpty() && result.exitCode() != ExitCode.WRONG) {
      throw new CommandFailedException(result.exitCode(), result.summary());
    }
    return result.exitCode();
  }

  private Plan plan() {
    return new Plan(
        collective,
        type,
        reduction,
        root,
        firstSize.bytes(),
        lastSize.bytes(),
        factor,
        iterations,
        warmUps,
        check);
  }

  private int measure(Plan plan) {
    try (ProcessGroups groups = new ProcessGroups();
        ProcessGroup group = groups.initProcessGroup(options())) {
      PerfRun run = new PerfRun(group, plan, streams.errWriter()::println);
      boolean reports = group.rank() == 0;
      Table table = new Table(plan);
      if (reports && !json) {
        table.head(group.size()).forEach(streams::print);
      }
      List<Measurement> measurements =
          run.run(
              measurement -> {
                if (reports && !json) {
                  streams.print(table.row(measurement));
                }
              });
      Summary summary = new Summary(measurements);
      if (reports && json) {
        streams.print(new JsonReport(plan, group.size(), summary).text());
      } else if (reports) {
        table.foot(summary).forEach(streams::print);
      }
      // Each rank with wrong elements reports them itself.
      return summary.wrong() == 0 ? ExitCode.OK : ExitCode.WRONG;
    } catch (OutOfMemoryError e) {
      throw new CommandFailedException(
          ExitCode.FAILED,
          String.format(
              Locale.ROOT,
              "%s; raise the limit, for example with"
                  + " MUSTER_JAVA_OPTS=-XX:MaxDirectMemorySize=8g, or lower --maxbytes",
              e.getMessage()),
          e);
    }
  }

  private ProcessGroupOptions options() {
    ProcessGroupOptions.Builder options = ProcessGroupOptions.builder().timeout(timeout);
    if (initMethod != null) {
      options.initMethod(initMethod);
    }
    if (rank != null) {
      options.rank(rank);
    }
    if (worldSize != null) {
      options.worldSize(worldSize);
    }
    return options.build();
  }

  /**
   * Returns the command line of a rank with the same options. It finds the other ranks by its
   * environment variables.
   */
  private List<String> argumentsOfRank() {
    List<String> arguments = new ArrayList<>(List.of("perf", collective.toString()));
    Map<String, Object> options =
        Map.of(
            "--minbytes", firstSize.bytes(),
            "--maxbytes", lastSize.bytes(),
            "--stepfactor", factor,
            "--dtype", type,
            "--op", reduction,
            "--root", root,
            "--timeout", timeout.toMillis() + "ms");
    options.forEach((name, value) -> arguments.add(name + "=" + value));
    if (iterations != null) {
      arguments.add("--iterations=" + iterations);
    }
    if (warmUps != null) {
      arguments.add("--warm-up=" + warmUps);
    }
    if (check) {
      arguments.add("--check");
    }
    if (json) {
      arguments.add("--json");
    }
    return arguments;
  }

  static final class CollectiveName extends EnumNameConverter<Collective> {
    CollectiveName() {
      super("a collective", Collective.values());
    }
  }

  static final class TypeName extends EnumNameConverter<ElementType> {
    TypeName() {
      super("a type of elements", ElementType.values());
    }
  }

  static final class ReductionName extends EnumNameConverter<Reduction> {
    ReductionName() {
      super("an operator", Reduction.values());
    }
  }
}
