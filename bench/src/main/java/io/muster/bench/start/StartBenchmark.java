package io.muster.bench.start;

import static io.muster.bench.SideBySide.MUSTER;
import static io.muster.bench.SideBySide.PYTORCH;

import io.muster.bench.Machine;
import io.muster.bench.Options;
import io.muster.bench.SideBySide;
import io.muster.bench.crowd.Message;
import io.muster.fixtures.FreePort;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Times how long a server takes to start, PyTorch's in Python and Muster's. */
public final class StartBenchmark {
  private static final String USAGE =
      "usage: side-by-side-start [--rounds N] [--warm-up N] [--write FILE] [--figures FILE]";

  private static final String PYTHON =
      """
      import time
      from torch.distributed import TCPStore
      store = TCPStore("127.0.0.1", %s, is_master=True, wait_for_workers=False)
      time.sleep(3600)
      """;

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long PAUSE_NANOS = 500_000;
  private static final int PING_REPLY_BYTES = 4;

  private final Path repository;
  private final TorchPython python;
  private final Message greeting;

  private StartBenchmark() throws IOException, InterruptedException {
    // The tests of this module run in its directory, bench/run in the one above.
    repository = Path.of(Files.exists(Path.of("muster")) ? "" : "..").toAbsolutePath().normalize();
    python = TorchPython.find(repository);
    greeting =
        Message.of(
            request -> {
              request.validate();
              request.ping(1);
            });
  }

  /** Measures, prints, and writes the files that were named. */
  public static void main(String... args) throws IOException, InterruptedException {
    StartBenchmark start = new StartBenchmark();
    start.buildLauncher();
    SideBySide run = new SideBySide(Options.parse(USAGE, 15, 2, args), PYTORCH, MUSTER);
    run.run(List.of((side, round) -> start.measure(side)));
    run.publish(run.page("start.md").with("torch", start.python.torch()));
  }

  /** Lets the launcher do what it does but once. */
  private void buildLauncher() throws IOException, InterruptedException {
    int exitCode = process("./muster", "--version").start().waitFor();
    if (exitCode != 0) {
      throw new IOException("./muster --version ended with " + exitCode);
    }
  }

  private Map<String, Double> measure(String side) throws IOException, InterruptedException {
    String port = String.valueOf(FreePort.find());
    ProcessBuilder builder =
        side.equals(PYTORCH)
            ? process(python.command(), "-W", "ignore", "-c", PYTHON.formatted(port))
            : process("./muster", "serve", "--bind", "127.0.0.1", "--port", port);
    long start = System.nanoTime();
    Process process = builder.start();
    try {
      awaitAnswer(process, Integer.parseInt(port), start + PATIENCE.toNanos());
      return Map.of(
          "process start to first answer, ms",
          (System.nanoTime() - start) / 1e6,
          "memory of the empty server, MiB",
          Machine.residentBytes(process.pid()) / 1048576.0);
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  private ProcessBuilder process(String... command) {
    ProcessBuilder builder =
        new ProcessBuilder(List.of(command))
            .directory(repository.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return builder;
  }

  private void awaitAnswer(Process process, int port, long deadline) throws IOException {
    while (!isAnswered(port)) {
      if (!process.isAlive()) {
        throw new IOException("ended with " + process.exitValue() + ": " + process.info());
      }
      if (System.nanoTime() - deadline > 0) {
        throw new IOException("no answer after " + PATIENCE + ": " + process.info());
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private boolean isAnswered(int port) throws IOException {
    InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try (SocketChannel channel = SocketChannel.open(server)) {
      // While nobody listens, a connection can be given the very port it asks for, and meet itself.
      if (server.equals(channel.getLocalAddress())) {
        return false;
      }
      greeting.writeTo(channel);
      ByteBuffer reply = ByteBuffer.allocate(PING_REPLY_BYTES);
      while (reply.hasRemaining()) {
        if (channel.read(reply) < 0) {
          throw new EOFException("the server closed the connection");
        }
      }
      return true;
    } catch (ConnectException e) {
      return false;
    }
  }
}
