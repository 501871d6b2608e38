package io.muster.cli;

import io.muster.cli.demo.DemoRank;
import io.muster.cli.demo.Progress;
import io.muster.launcher.LaunchResult;
import io.muster.launcher.WorldSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;

/** {@code muster demo}: a world of Java and Python ranks on this machine. */
@Command(
    name = "demo",
    description = {
      "Start four ranks on this machine, of Java, and of Python if it has torch. They exchange keys,"
          + " meet in a process group and all-reduce, and check every result. Linux only.",
      ""
    })
final class DemoCommand implements Callable<Integer> {
  private static final int RANKS = 4;
  private static final String HAS_TORCH =
      "import importlib.util as u, sys; sys.exit(0 if u.find_spec('torch') else 1)";
  private static final long PROBE_SECONDS = 20;

  private final Streams streams;
  private final Map<String, String> environment;
  private final RunPrograms programs;

  DemoCommand(Streams streams, Map<String, String> environment) {
    this.streams = streams;
    this.environment = environment;
    this.programs = RunPrograms.of(environment);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    long start = System.nanoTime();
    boolean hasTorch = hasTorch();
    streams.print(
        hasTorch
            ? "Starting two ranks of Java and two of Python."
            : "Starting four ranks of Java; '" + programs.interpreter() + "' has no torch.");
    Progress progress =
        new Progress(
            RANKS,
            streams.isTerminal(),
            text -> streams.write(text.getBytes(StandardCharsets.UTF_8)));
    LaunchResult result = LocalWorld.run(world(hasTorch, progress));
    return report(result, progress, System.nanoTime() - start);
  }

  private Integer report(LaunchResult result, Progress progress, long nanos) {
    if (result.signal().isPresent()) {
      return result.exitCode();
    }
    if (!result.isSuccess()) {
      throw new CommandFailedException(ExitCode.FAILED, result.summary());
    }
    if (!progress.isComplete()) {
      throw new CommandFailedException(
          ExitCode.WRONG, "some ranks have ended without checking everything");
    }
    streams.print(String.format(Locale.ROOT, "All results are right, after %.1f s.", nanos / 1e9));
    return ExitCode.OK;
  }

  private WorldSpec world(boolean hasTorch, Progress progress) throws IOException {
    WorldSpec.Builder spec = LocalWorld.builder(environment, progress, streams.err(), "${rank} ");
    List<String> java = LocalWorld.java(DemoRank.class, List.of());
    if (!hasTorch) {
      return spec.workers(RANKS, java).build();
    }
    return spec.workers(RANKS / 2, java)
        .workers(RANKS / 2, programs.script(List.of("-W", "ignore", pythonRank().toString())))
        .build();
  }

  /** Writes the script of the Python ranks to a file, which is deleted when this process ends. */
  private static Path pythonRank() throws IOException {
    Path script = Files.createTempFile("muster-demo-", ".py");
    script.toFile().deleteOnExit();
    try (InputStream source = DemoRank.class.getResourceAsStream("rank.py")) {
      Files.write(script, Objects.requireNonNull(source).readAllBytes());
    }
    return script;
  }

  private boolean hasTorch() throws InterruptedException {
    try {
      Process probe =
          new ProcessBuilder(programs.interpreter(), "-c", HAS_TORCH)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (probe.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
        return probe.exitValue() == 0;
      }
      probe.destroyForcibly();
      return false;
    } catch (IOException e) {
      return false;
    }
  }
}
