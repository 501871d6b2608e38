package io.muster.bench.start;

import static io.muster.bench.SideBySide.MUSTER;
import static io.muster.bench.SideBySide.PYTORCH;

import io.muster.bench.Machine;
import io.muster.bench.Options;
import io.muster.bench.SideBySide;
import io.muster.bench.crowd.Caller;
import io.muster.bench.crowd.Message;
import io.muster.fixtures.FreePort;
import io.muster.fixtures.TorchPython;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Times how long a server takes to start, PyTorch's in Python and Muster's. */
@Command(
    name = "side-by-side-start",
    description = "Times how long a server takes to start, PyTorch's in Python and Muster's.")
public final class StartBenchmark implements Callable<Integer> {
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

  @Mixin private final Options options = new Options(15, 2);

  @Override
  public Integer call() throws IOException, InterruptedException {
    TorchPython python = TorchPython.find(LauncherScript.REPOSITORY);
    LauncherScript.prepare();
    SideBySide run = new SideBySide(options, PYTORCH, MUSTER);
    run.add("start", (side, round) -> measure(side, python));
    run.run();
    run.publish(run.page("start.md").with("torch", python.torch()));
    return 0;
  }

  private Map<String, Double> measure(String side, TorchPython python)
      throws IOException, InterruptedException {
    String port = String.valueOf(FreePort.find());
    ProcessBuilder builder =
        side.equals(PYTORCH)
            ? LauncherScript.process(python.command(), "-W", "ignore", "-c", PYTHON.formatted(port))
            : LauncherScript.process(
                LauncherScript.COMMAND, "serve", "--bind", "127.0.0.1", "--port", port);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
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

  private static boolean isAnswered(int port) throws IOException {
    try (Caller caller = new Caller(port)) {
      long unusedNanos = caller.call(Message.of(request -> request.ping(1)), PING_REPLY_BYTES);
      return true;
    } catch (ConnectException e) {
      return false;
    }
  }
}
