package io.muster.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** Times how long a server takes to start, PyTorch's in Python and Muster's, turn by turn. */
public final class StartSideBySide {
  private static final String USAGE =
      "usage: side-by-side-start [--rounds N] [--warm-up N] [--write FILE] [--figures FILE]";

  private static final String START = "process start to first answer, ms";
  private static final String MEMORY = "memory of the empty server, MiB";

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long PAUSE_NANOS = 500_000;
  private static final int PING_REPLY_BYTES = 4;

  private final RunOptions options;
  private final Path repository;
  private final TorchPython python;
  private final Message greeting;

  private StartSideBySide(String[] args) throws IOException, InterruptedException {
    options = RunOptions.parse(USAGE, 2, args);
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
  public static void main(String[] args) throws IOException, InterruptedException {
    new StartSideBySide(args).run();
  }

  private void run() throws IOException, InterruptedException {
    buildLauncher();
    String loadBefore = Machine.load();
    Comparison figures = new Comparison();
    for (int round = -options.warmUp(); round < options.rounds(); round++) {
      options.sayRound(round);
      for (Comparison.Of whose : inTurn(round)) {
        Started started = start(whose);
        if (round >= 0) {
          figures.add(START, whose, started.nanos / 1e6);
          figures.add(MEMORY, whose, started.residentBytes / 1048576.0);
        }
      }
    }
    options.publish(report(figures, loadBefore), figures);
  }

  private static List<Comparison.Of> inTurn(int round) {
    List<Comparison.Of> sides = new ArrayList<>(List.of(Comparison.Of.values()));
    if (round % 2 != 0) {
      Collections.reverse(sides);
    }
    return sides;
  }

  /** What there is to know of a server that has started. */
  private record Started(long nanos, long residentBytes) {}

  /** Lets the launcher do what it does but once. */
  private void buildLauncher() throws IOException, InterruptedException {
    int exitCode = process("./muster", "--version").start().waitFor();
    if (exitCode != 0) {
      throw new IOException("./muster --version ended with " + exitCode);
    }
  }

  private Started start(Comparison.Of whose) throws IOException, InterruptedException {
    int port = freePort();
    ProcessBuilder builder =
        switch (whose) {
          case PYTORCH ->
              process(
                  python.command(),
                  "-W",
                  "ignore",
                  "-c",
                  String.format(
                      Locale.ROOT,
                      """
                  import time
                  from torch.distributed import TCPStore
                  store = TCPStore("127.0.0.1", %d, is_master=True, wait_for_workers=False)
                  time.sleep(3600)
                  """,
                      port));
          case MUSTER ->
              process("./muster", "serve", "--bind", "127.0.0.1", "--port", String.valueOf(port));
        };
    long start = System.nanoTime();
    Process process = builder.start();
    try {
      awaitAnswer(process, port, start + PATIENCE.toNanos());
      return new Started(System.nanoTime() - start, Machine.residentBytes(process.pid()));
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

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
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

  private String report(Comparison figures, String loadBefore) throws IOException {
    return String.format(
            Locale.ROOT,
            """
        # Benchmarks of starting

        How long a user waits for a server: `./muster serve` beside Python's `TCPStore`, measured in
        one run. Written by `bench/run side-by-side-start --write FILE`.

        %s
        The load average was %s before the run and %s after it, of which the run itself makes up to 2.

        The clock runs from the start of a process until a connection has been accepted and a PING on it
        answered; while nobody listens, another attempt follows every half millisecond. PyTorch's
        process is `python -c` with torch %s: it makes a `TCPStore` with `is_master=True` and sleeps.
        Muster's is the launcher script, which has been run once before, on the JDK above. Most of what
        either does is to load its code. Memory is that of the whole process when it has answered,
        shared libraries and the shared archive of classes included.

        %d rounds follow %d of warm-up. A round starts each server once; each round begins with the
        other one. A figure is the median of the rounds, with the least and the greatest in brackets. A
        ratio is taken within each round, Muster's figure divided by PyTorch's: below 1 Muster is better.

        | what | PyTorch | Muster | ratio |
        |---|---:|---:|---:|
        """,
            Machine.describe(),
            loadBefore,
            Machine.load(),
            python.torch(),
            options.rounds(),
            options.warmUp())
        + figures.rows();
  }
}
