package io.muster.bench;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A client of one build of the store, in a process of its own that runs workloads on request. */
final class WorkloadProcess implements AutoCloseable {
  private static final String RESULT = "= ";

  private final Process process;
  private final BufferedReader out;
  private final PrintStream in;

  private WorkloadProcess(Process process) {
    this.process = process;
    this.out = process.inputReader(StandardCharsets.UTF_8);
    this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
  }

  /** Starts a client, with the build that comes first on {@code classPath}, of a port's server. */
  static WorkloadProcess start(String classPath, int port) throws IOException {
    return new WorkloadProcess(
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    classPath,
                    WorkloadProcess.class.getName(),
                    String.valueOf(port)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /** Runs a workload. Blocks until it has run, and returns the nanoseconds that it took. */
  long nanos(Workload workload, int operations) {
    in.println(operations + " " + workload.name());
    try {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.startsWith(RESULT)) {
          return Long.parseLong(line.substring(RESULT.length()));
        }
      }
      throw new EOFException("the client has ended in " + workload.name());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the process and waits for its end. */
  @Override
  public void close() {
    process.destroy();
    var unusedProcess = process.onExit().join();
  }

  /** Connects to the port in {@code args} and runs workloads until standard input ends. */
  public static void main(String[] args) throws IOException {
    try (Side side = new MusterSide(Integer.parseInt(args[0]))) {
      Map<String, Workload.Timed> prepared = new HashMap<>();
      var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ", 2);
        Workload.Timed timed =
            prepared.computeIfAbsent(words[1], name -> find(name).preparation().on(side));
        System.out.println(RESULT + timed.nanos(Integer.parseInt(words[0])));
      }
    }
  }

  private static Workload find(String name) {
    return Workload.all().stream().filter(w -> w.name().equals(name)).findFirst().orElseThrow();
  }
}
