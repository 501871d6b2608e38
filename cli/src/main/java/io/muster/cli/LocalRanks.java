package io.muster.cli;

import io.muster.store.server.StoreServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The ranks of a run as processes of this machine. Each is a JVM like this one, and they meet in a
 * store of this process. They inherit this process's outputs, and end when it ends.
 */
final class LocalRanks {
  /** The option that passes the parent's process id to a rank. */
  static final String PARENT_OPTION = "--parent";

  /** A higher exit code means that a signal ended the process. */
  private static final int KILLED = 128;

  /** How long the ranks have to end by themselves after one has failed or all were stopped. */
  private static final Duration GRACE = Duration.ofSeconds(3);

  private static final String LOOPBACK = "127.0.0.1";
  private static final String INTERFACE_VARIABLE = "GLOO_SOCKET_IFNAME";

  private final int worldSize;
  private final Supplier<List<String>> arguments;
  private final List<Process> ranks = new ArrayList<>();
  private final BlockingQueue<Exit> exits = new LinkedBlockingQueue<>();
  private boolean ended;

  /** A rank that has ended. */
  private record Exit(int rank, int code) {}

  /**
   * Creates ranks that are not started yet.
   *
   * @param arguments the command line of a rank
   */
  LocalRanks(int worldSize, Supplier<List<String>> arguments) {
    this.worldSize = worldSize;
    this.arguments = arguments;
  }

  /** Runs all ranks to their end, and returns the exit code of the first that fails, or 0. */
  int run() throws InterruptedException {
    Thread stop = new Thread(this::end, "muster-stop");
    try (StoreServer store = StoreServer.start()) {
      Runtime.getRuntime().addShutdownHook(stop);
      for (int rank = 0; rank < worldSize; rank++) {
        start(rank, store.port());
      }
      return awaitAll();
    } finally {
      end();
    }
  }

  private synchronized void start(int rank, int port) {
    if (ended) {
      return;
    }
    ProcessBuilder builder = new ProcessBuilder(command());
    Map<String, String> environment = builder.environment();
    environment.put("RANK", Integer.toString(rank));
    environment.put("WORLD_SIZE", Integer.toString(worldSize));
    environment.put("MASTER_ADDR", LOOPBACK);
    environment.put("MASTER_PORT", Integer.toString(port));
    // Makes rank 0 a client of the store, too.
    environment.put("TORCHELASTIC_USE_AGENT_STORE", "True");
    loopback().ifPresent(name -> environment.putIfAbsent(INTERFACE_VARIABLE, name));
    try {
      Process process =
          builder
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      ranks.add(process);
      process.getOutputStream().close();
      var unused = process.onExit().thenAccept(it -> exits.add(new Exit(rank, it.exitValue())));
    } catch (IOException e) {
      throw new CommandFailedException(
          ExitCode.FAILED, "cannot start rank " + rank + ": " + e.getMessage(), e);
    }
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(arguments.get());
    command.add(PARENT_OPTION + "=" + ProcessHandle.current().pid());
    return command;
  }

  private static Optional<String> loopback() {
    try {
      NetworkInterface found = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
      return Optional.ofNullable(found).map(NetworkInterface::getName);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Waits for all ranks. After one has failed, the others normally fail by themselves; if they do
   * not, they are stopped.
   */
  private int awaitAll() throws InterruptedException {
    Exit failed = null;
    long deadline = 0;
    for (int running = worldSize; running > 0; running--) {
      Exit exit = failed == null ? exits.take() : poll(deadline - System.nanoTime());
      if (exit == null) {
        break;
      }
      if (exit.code == ExitCode.OK) {
        continue;
      }
      if (failed == null) {
        deadline = System.nanoTime() + GRACE.toNanos();
      }
      // A killed rank is the cause of the other failures, even if it is reported later.
      if (failed == null || (exit.code > KILLED && failed.code <= KILLED)) {
        failed = exit;
      }
    }
    if (failed == null) {
      return ExitCode.OK;
    }
    if (failed.code == ExitCode.WRONG) {
      return failed.code;
    }
    throw new CommandFailedException(
        failed.code,
        String.format(
            Locale.ROOT,
            "rank %d was the first to fail, with exit code %d",
            failed.rank,
            failed.code));
  }

  private @Nullable Exit poll(long nanos) throws InterruptedException {
    return exits.poll(nanos, TimeUnit.NANOSECONDS);
  }

  /** Stops all running ranks, and waits until they have ended. */
  private synchronized void end() {
    ended = true;
    ranks.forEach(Process::destroy);
    long deadline = System.nanoTime() + GRACE.toNanos();
    boolean interrupted = false;
    for (Process rank : ranks) {
      try {
        if (!rank.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          rank.destroyForcibly();
        }
      } catch (InterruptedException e) {
        interrupted = true;
        rank.destroyForcibly();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends this process, a rank, as soon as its parent ends for any reason. */
  static void endWith(long parent) {
    Optional<ProcessHandle> handle = ProcessHandle.of(parent);
    if (handle.isEmpty()) {
      throw new CommandFailedException(
          ExitCode.FAILED, "process " + parent + ", which started this rank, has ended");
    }
    var unused =
        handle.get().onExit().thenRun(() -> Runtime.getRuntime().halt(ExitCode.NO_CONNECTION));
  }
}
