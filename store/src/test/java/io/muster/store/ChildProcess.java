package io.muster.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process that a test talks with by lines. What it has to say begins with {@code "= "}; whatever
 * else it prints is kept for the message of a failure.
 */
public final class ChildProcess implements AutoCloseable {
  /** A PyTorch takes its time to start where many others do. */
  private static final long PATIENCE_SECONDS = 3 * Background.PATIENCE.toSeconds();

  private final Process process;
  private final PrintWriter input;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final Queue<String> output = new ConcurrentLinkedQueue<>();
  private final Thread reader;

  private ChildProcess(List<String> command, Map<String, String> environment) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    input = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    reader = new Thread(this::read, "output of " + command.get(0));
    reader.setDaemon(true);
    reader.start();
  }

  /** A JVM like this one. */
  public static ChildProcess java(Class<?> main, String... args) {
    return java(main.getName(), args);
  }

  /** The same with more environment variables. */
  public static ChildProcess java(Map<String, String> environment, Class<?> main, String... args) {
    return java(environment, main.getName(), args);
  }

  /** The same, by the name of the class. */
  public static ChildProcess java(String main, String... args) {
    return java(Map.of(), main, args);
  }

  private static ChildProcess java(Map<String, String> environment, String main, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(List.of(args));
    return new ChildProcess(command, environment);
  }

  /** Any process. */
  public static ChildProcess start(Map<String, String> environment, List<String> command) {
    return new ChildProcess(command, environment);
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.add(line);
        if (line.startsWith("= ")) {
          answers.add(line.substring(2));
        }
      }
    } catch (IOException e) {
      output.add(e.toString());
    }
  }

  /** Its number. */
  public long pid() {
    return process.pid();
  }

  /** Sends it a line. */
  public void tell(String line) {
    input.println(line);
  }

  /** Lets it know that there is nothing more to come. */
  public void endInput() {
    input.close();
  }

  /** The next thing it says. */
  public String answer() {
    try {
      for (long second = 0; second < PATIENCE_SECONDS; second++) {
        boolean ended = !reader.isAlive();
        @Nullable String answer = answers.poll(1, TimeUnit.SECONDS);
        if (answer != null) {
          return answer;
        }
        if (ended) {
          break;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new AssertionError("the other process does not answer; it said:\n" + output());
  }

  /** Sends it a line; the next thing it says. */
  public String ask(String line) {
    tell(line);
    return answer();
  }

  /** Whether it says nothing for a moment, as it must while it waits. */
  public boolean isSilent() {
    try {
      reader.join(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return answers.isEmpty();
  }

  /** Waits for it to end; the exit code. */
  public int exitCode() {
    try {
      if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        reader.join();
        return process.exitValue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new AssertionError("the other process does not end; it said:\n" + output());
  }

  /** All that it has printed. */
  public String output() {
    return String.join("\n", output);
  }

  /** Kills it, as SIGKILL does. */
  @Override
  public void close() {
    process.destroyForcibly();
  }
}
