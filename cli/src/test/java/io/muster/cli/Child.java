package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A process under test, with what it writes kept in files. */
final class Child implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 40;

  private final Path directory;
  private final Process process;

  /** Starts it; {@code directory}, a fresh one, is for what it writes. */
  Child(Path directory, ProcessBuilder builder) throws IOException {
    this.directory = directory;
    this.process =
        builder
            .redirectOutput(directory.resolve("out").toFile())
            .redirectError(directory.resolve("err").toFile())
            .start();
    process.getOutputStream().close();
  }

  /** The {@code muster} command in a JVM of its own, from the jar that the launcher runs. */
  static ProcessBuilder muster(String... args) {
    String jar = Path.of("target", "lib", "muster-cli.jar").toAbsolutePath().toString();
    ProcessBuilder builder = new ProcessBuilder(java());
    builder.command().addAll(ChildProcess.SHORT_RUN);
    builder.command().addAll(List.of("-jar", jar));
    builder.command().addAll(List.of(args));
    return builder;
  }

  /** The java that runs this test. */
  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  Process process() {
    return process;
  }

  /** Sends it a signal, such as {@code USR1}. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start();
    assertThat(kill.waitFor()).isZero();
  }

  String out() throws IOException {
    return Files.readString(directory.resolve("out"), StandardCharsets.UTF_8);
  }

  String err() throws IOException {
    return Files.readString(directory.resolve("err"), StandardCharsets.UTF_8);
  }

  /** Waits for a file to appear, as a script would, and returns the port in it. */
  int awaitPort(Path portFile) throws IOException, InterruptedException {
    Path parent = Objects.requireNonNull(portFile.getParent());
    try (WatchService watch = parent.getFileSystem().newWatchService()) {
      WatchKey unused = parent.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      while (!Files.exists(portFile)) {
        WatchKey key = watch.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(key).as("port file, %s", err()).isNotNull();
        key.reset();
      }
    }
    String text = Files.readString(portFile);
    assertThat(text).matches("[0-9]+\n");
    return Integer.parseInt(text.strip());
  }

  /** Waits until it has written to its output, or has ended. */
  void awaitOutputOrEnd() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (out().isEmpty() && !process.waitFor(20, TimeUnit.MILLISECONDS)) {
      assertThat(System.nanoTime()).as("output, %s", err()).isLessThan(deadline);
    }
  }

  int exitCode() throws InterruptedException {
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
