package io.muster.cli;

import io.muster.launcher.LaunchListener;
import io.muster.launcher.LaunchResult;
import io.muster.launcher.Launcher;
import io.muster.launcher.WorkerExit;
import io.muster.launcher.WorldSpec;
import io.muster.store.NetworkException;
import io.muster.store.internal.text.PrintableText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code muster run}: starts the ranks of a world on this node, as {@code torchrun} does. */
@Command(
    name = "run",
    preprocessor = RunArguments.class,
    description = {
      "Start the ranks of a world on this node and supervise them, as torchrun does. Linux only.",
      "",
      "The first word is a Python script. With -n it may also be a .jar or any program, and a lone"
          + " ':' separates groups of ranks: -n 2 python a.py : -n 2 java -jar b.jar. Every option"
          + " can be given as a variable, such as PET_NPROC_PER_NODE; the command line takes"
          + " precedence. The exit code is that of the first rank that failed.",
      "",
      "Refused options of torchrun: " + RunRefused.NAMES + ".",
      ""
    })
final class RunCommand implements Callable<Integer> {
  private static final String SHUTDOWN_TIMEOUT_VARIABLE = "TORCH_ELASTIC_SHUTDOWN_TIMEOUT";

  private final Streams streams;
  private final Map<String, String> environment;
  private final AtomicBoolean stopping = new AtomicBoolean();

  @Mixin private InitOption init = new InitOption();

  @Option(
      names = "-n",
      paramLabel = "N",
      description = "Start N ranks of the words that follow, which may be any program.")
  private @Nullable Integer ranks;

  @Option(
      names = "--nproc-per-node",
      paramLabel = "N",
      description = {
        "The number of ranks on this node: a number, cpu, gpu, or auto for gpu if there is one.",
        "Default: 1."
      })
  private @Nullable String processes;

  @Mixin private RunNodes nodes = new RunNodes();

  @Option(
      names = "--max-restarts",
      paramLabel = "N",
      description =
          "How often all ranks are started again after a failure; node 0's counts."
              + " Default: ${DEFAULT-VALUE}.")
  private int maxRestarts;

  @Option(
      names = "--role",
      paramLabel = "NAME",
      description = "The role of the ranks. Default: ${DEFAULT-VALUE}.")
  private String role = "default";

  @Option(
      names = {"-m", "--module"},
      description = "The first word is a Python module.")
  private boolean module;

  @Option(names = "--no-python", description = "The first word is a program.")
  private boolean noPython;

  @Option(
      names = "--class-path",
      paramLabel = "PATH",
      description = "The first word is a Java main class on this class path.")
  private @Nullable String classPath;

  @Mixin private RunOutput output = new RunOutput();

  @Option(
      names = "--shutdown-timeout",
      paramLabel = "SECONDS",
      description = {
        "How long ranks have between SIGTERM and SIGKILL.",
        "Default: " + SHUTDOWN_TIMEOUT_VARIABLE + ", or 30."
      })
  private @Nullable Integer shutdownTimeout;

  @Option(
      names = "--signals-to-handle",
      paramLabel = "SIG,...",
      description =
          "The signals that stop all ranks, by the same signal. Default: ${DEFAULT-VALUE}.")
  private String signals = "SIGTERM,SIGINT,SIGHUP,SIGQUIT";

  @Option(
      names = "--virtual-local-rank",
      description = "Each rank has LOCAL_RANK 0, and one device in CUDA_VISIBLE_DEVICES.")
  private boolean virtualLocalRank;

  @Mixin private RunIgnored ignored = new RunIgnored();

  @Parameters(
      paramLabel = "SCRIPT ARG",
      arity = "1..*",
      description = "The script, jar, class or program, and its arguments.")
  private List<String> words = List.of();

  @Spec private CommandSpec command = CommandSpec.create();

  private RunCommand(Streams streams, Map<String, String> environment) {
    this.streams = streams;
    this.environment = environment;
  }

  /** Creates the command, whose options can also be given as environment variables. */
  static CommandLine commandLine(Streams streams, Map<String, String> environment) {
    return new CommandLine(new RunCommand(streams, environment))
        .setDefaultValueProvider(new RunVariables(environment));
  }

  @Override
  public Integer call() throws InterruptedException {
    Set<String> handled = RunSignals.parse(signals);
    Launcher launcher = start(spec());
    // Signals that are not handled end the JVM.
    Thread hook = new Thread(() -> stop(launcher), "muster-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    RunSignals.handle(handled, signal -> stopOrKill(launcher, signal));
    LaunchResult result = launcher.awaitResult();
    if (!result.isSuccess() && (result.signal().isEmpty() || result.problem().isPresent())) {
      say(result.summary());
    }
    return result.exitCode();
  }

  /** The first signal asks the ranks to stop, the second kills them. */
  private void stopOrKill(Launcher launcher, String signal) {
    if (stopping.getAndSet(true)) {
      launcher.kill();
    } else {
      launcher.stop(signal);
    }
  }

  private Launcher start(WorldSpec spec) {
    try {
      return Launcher.start(
          spec,
          new LaunchListener() {
            @Override
            public void restarting(int attempt, WorkerExit failure) {
              say("rank " + failure.worker().rank() + " failed: " + failure.describe());
              say("restarting all ranks, restart " + attempt + maxRestarts(spec));
            }
          });
    } catch (NetworkException e) {
      throw new CommandFailedException(ExitCode.CANNOT_SERVE, String.valueOf(e.getMessage()), e);
    }
  }

  /** The limit, if it is known to be this node's: that of node 0 holds for all nodes. */
  private static String maxRestarts(WorldSpec spec) {
    return spec.nodes().count() == 1 ? " of " + spec.maxRestarts() : "";
  }

  /** The JVM ends when its shutdown hooks have returned, with the exit code of the signal. */
  private static void stop(Launcher launcher) {
    launcher.stop();
    try {
      var unused = launcher.awaitResult();
    } catch (InterruptedException | IllegalStateException e) {
      launcher.kill();
    }
  }

  private void say(String message) {
    streams.errWriter().println("muster run: " + PrintableText.of(message));
  }

  private WorldSpec spec() {
    init.requireScript();
    RunRefused.requireNoVariable(environment);
    ignored.requireSupported();
    WorldSpec.Builder spec =
        WorldSpec.builder()
            .maxRestarts(maxRestarts)
            .role(role)
            .shutdownTimeout(shutdownTimeout())
            .virtualLocalRank(virtualLocalRank)
            .environment(Map.of("TORCHELASTIC_SIGNALS_TO_HANDLE", signals));
    nodes.apply(spec);
    addWorkers(spec);
    return spec.output(output.options(streams, environment, this::say)).build();
  }

  private Duration shutdownTimeout() {
    if (shutdownTimeout != null) {
      return Duration.ofSeconds(shutdownTimeout);
    }
    String seconds = environment.get(SHUTDOWN_TIMEOUT_VARIABLE);
    return seconds == null
        ? WorldSpec.DEFAULT_SHUTDOWN_TIMEOUT
        : Duration.ofSeconds(RunNodes.number(SHUTDOWN_TIMEOUT_VARIABLE, seconds));
  }

  private void addWorkers(WorldSpec.Builder spec) {
    RunPrograms programs = new RunPrograms(environment, classPath, module, noPython);
    if (ranks == null) {
      spec.workers(processCount(), programs.script(words));
      return;
    }
    // Its variable may be set, as the Kubeflow Trainer does; the command line takes precedence.
    if (command.commandLine().getParseResult().hasMatchedOption("--nproc-per-node")) {
      throw new IllegalArgumentException("-n excludes --nproc-per-node");
    }
    List<List<String>> groups = RunPrograms.groups(words);
    spec.workers(ranks, programs.program(groups.get(0)));
    for (List<String> group : groups.subList(1, groups.size())) {
      if (group.isEmpty() || !group.get(0).equals("-n")) {
        throw new IllegalArgumentException("after ':' expected -n N and a program");
      }
      int count = RunNodes.number("-n", group.size() > 1 ? group.get(1) : "");
      spec.workers(count, programs.program(group.subList(2, group.size())));
    }
  }

  private int processCount() {
    return processes == null ? 1 : ProcessCount.of(processes, Path.of("/dev"));
  }
}
