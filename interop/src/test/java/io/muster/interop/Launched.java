package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A launcher, torchrun or {@code muster}, that runs in a directory of its own. */
final class Launched implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  /** The variables that differ from run to run. */
  private static final List<String> VOLATILE =
      List.of("MASTER_ADDR=", "MASTER_PORT=", "TORCHELASTIC_RUN_ID=");

  private final Path directory;
  private final Process process;

  private Launched(Path directory, List<String> command, Map<String, String> environment)
      throws IOException {
    this.directory = Files.createDirectories(directory);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(directory.resolve("out").toFile())
            .redirectError(directory.resolve("err").toFile());
    builder.environment().put("PYTHONWARNINGS", "ignore");
    builder.environment().putAll(environment);
    this.process = builder.start();
    process.getOutputStream().close();
  }

  static Launched torchrun(Path directory, Map<String, String> environment, List<String> args)
      throws IOException {
    List<String> command =
        new ArrayList<>(List.of(PythonPyTorch.command(), "-m", "torch.distributed.run"));
    command.addAll(args);
    return new Launched(directory, command, environment);
  }

  /** Starts a command of Muster, on the class path of this JVM. */
  static Launched muster(Path directory, Map<String, String> environment, List<String> args)
      throws IOException {
    List<String> options = new ArrayList<>(ChildProcess.SHORT_RUN);
    options.add("-Djava.io.tmpdir=" + directory);
    List<String> command =
        ChildProcess.javaCommand(options, "io.muster.cli.Main", args.toArray(String[]::new));
    return new Launched(directory, command, environment);
  }

  /**
   * Runs a command of the documentation in the root of the repository. What it calls {@code
   * ./muster} is on the class path of this JVM.
   */
  static Launched documented(Path directory, Map<String, String> environment, String command)
      throws IOException {
    String script = "cd \"$0\" && " + command.replaceFirst("^\\./muster ", "exec \"\\$@\" ");
    Path root = Path.of("..").toAbsolutePath().normalize();
    List<String> words = new ArrayList<>(List.of("sh", "-c", script, root.toString()));
    words.addAll(ChildProcess.javaCommand(ChildProcess.SHORT_RUN, "io.muster.cli.Main"));
    return new Launched(directory, words, environment);
  }

  int exitCode() throws IOException, InterruptedException {
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as(err()).isTrue();
    return process.exitValue();
  }

  /** Waits until a worker has written a file into the directory. */
  void awaitFile(String name) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!Files.exists(directory.resolve(name)) && !process.waitFor(20, TimeUnit.MILLISECONDS)) {
      assertThat(System.nanoTime()).as("%s, %s", name, err()).isLessThan(deadline);
    }
  }

  /** Sends SIGTERM. */
  void terminate() {
    process.destroy();
  }

  String err() throws IOException {
    return read("err");
  }

  /** The lines on standard output, sorted. */
  List<String> lines() throws IOException {
    return read("out").lines().sorted().toList();
  }

  /** The lines of workers on standard error, which contain {@code worker:}, sorted. */
  List<String> errorLines() throws IOException {
    return err().lines().filter(line -> line.contains("worker:")).sorted().toList();
  }

  /** All output, for messages of failures. */
  String output() {
    try {
      return read("out") + read("err");
    } catch (IOException e) {
      return e.toString();
    }
  }

  private String read(String name) throws IOException {
    return Files.readString(directory.resolve(name), StandardCharsets.UTF_8);
  }

  /** The variables in a file of a worker, without those that differ from run to run. */
  List<String> variables(String name) throws IOException {
    return read(name)
        .lines()
        .filter(line -> VOLATILE.stream().noneMatch(line::startsWith))
        .map(line -> line.replaceFirst("(TORCHELASTIC_ERROR_FILE=).*(/attempt_)", "$1$2"))
        .toList();
  }

  /** The contents of the files in the log directory {@code logs}, by their path in a run. */
  Map<String, String> logs() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory.resolve("logs"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path inRun = directory.resolve("logs").relativize(file);
        contents.put(inRun.subpath(1, inRun.getNameCount()).toString(), Files.readString(file));
      }
    }
    return contents;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
