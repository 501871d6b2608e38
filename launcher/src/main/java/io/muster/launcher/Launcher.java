package io.muster.launcher;

import io.muster.launcher.internal.nodes.RunStore;
import io.muster.launcher.internal.process.GroupWatcher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The processes of a world on this node, started and supervised; {@code torchrun} as a library.
 *
 * <pre>{@code
 * int run() throws InterruptedException {
 *   WorldSpec spec = WorldSpec.builder().workers(4, List.of("python", "train.py")).build();
 *   try (Launcher launcher = Launcher.start(spec)) {
 *     LaunchResult result = launcher.awaitResult();
 *     System.err.println(result.summary());
 *     return result.exitCode();
 *   }
 * }
 * }</pre>
 *
 * <p>The launcher hosts the store in which the ranks meet, unless {@link NodeOptions#hosting} says
 * otherwise, and gives each worker the environment variables of {@code torchrun}. The first worker
 * that fails ends the attempt: the others get SIGTERM, and SIGKILL after the {@linkplain
 * WorldSpec#shutdownTimeout shutdown timeout}. Then all are started again, if {@linkplain
 * WorldSpec#maxRestarts restarts} are left.
 *
 * <p>A world may have several {@linkplain WorldSpec#nodes nodes}, with a launcher each. A failure
 * ends the attempt on all nodes, and all have the same result. A node that vanishes ends the run on
 * the others.
 *
 * <p>Each worker has a session and a process group of its own. What is left of the group is killed
 * when the worker ends, and when this process ends for any reason, SIGKILL included. Processes that
 * have left the group, by {@code setsid}, are not known to the launcher.
 *
 * <p>It needs Linux, with the programs {@code sh} and {@code setsid}. All methods are thread-safe.
 */
public final class Launcher implements AutoCloseable {
  private final Supervisor supervisor;
  private final int port;

  private Launcher(Supervisor supervisor, int port) {
    this.supervisor = supervisor;
    this.port = port;
  }

  /** Starts a world without a listener. See {@link #start(WorldSpec, LaunchListener)}. */
  public static Launcher start(WorldSpec spec) {
    return start(spec, new LaunchListener() {});
  }

  /**
   * Starts the workers of this node. If this node hosts the store, returns when that accepts
   * connections. Another thread joins the other nodes and starts the workers. A worker that cannot
   * be started is a failure of that worker, which {@link #awaitResult} returns.
   *
   * @throws io.muster.store.NetworkException if this node has to host the store and cannot listen
   *     at {@link WorldSpec#masterAddress} and {@link WorldSpec#masterPort}
   * @throws IllegalArgumentException if {@code CUDA_VISIBLE_DEVICES} has fewer entries than there
   *     are workers with {@linkplain WorldSpec#isVirtualLocalRank one GPU each}
   * @throws UncheckedIOException if the log directory cannot be created, or no process started
   * @throws UnsupportedOperationException if this is not Linux
   */
  public static Launcher start(WorldSpec spec, LaunchListener listener) {
    if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux")) {
      throw new UnsupportedOperationException(
          "launching workers needs Linux, but this is " + System.getProperty("os.name"));
    }
    if (spec.isVirtualLocalRank()) {
      String unused = VisibleDevices.of(spec.localWorldSize() - 1, System.getenv());
    }
    CompletableFuture<Supervisor> started = new CompletableFuture<>();
    RunStore store =
        StoreOpening.open(
            spec,
            () -> {
              var unused =
                  started.thenAccept(it -> it.storeLost("its server has stopped by itself"));
            });
    GroupWatcher watcher = null;
    try {
      LogDirectory logs = LogDirectory.create(spec.output().logDirectory(), spec.runId());
      watcher = GroupWatcher.start(logs.scratch());
      Supervisor supervisor = new Supervisor(spec, listener, store, logs, watcher);
      started.complete(supervisor);
      supervisor.start();
      return new Launcher(supervisor, store.port());
    } catch (IOException e) {
      close(store, watcher);
      throw new UncheckedIOException("launching workers failed: " + e.getMessage(), e);
    } catch (Throwable e) {
      close(store, watcher);
      throw e;
    }
  }

  private static void close(RunStore store, @Nullable GroupWatcher watcher) {
    try (store) {
      if (watcher != null) {
        watcher.close();
      }
    }
  }

  /** The port of the store. */
  public int port() {
    return port;
  }

  /**
   * Blocks until all workers have ended, and on the node that hosts the store until the other nodes
   * have left, at most 10 seconds more.
   *
   * @throws InterruptedException if the calling thread is interrupted; the workers go on
   * @throws IllegalStateException if the launcher itself failed; all workers were killed
   */
  public LaunchResult awaitResult() throws InterruptedException {
    try {
      return supervisor.result().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the launcher failed: " + e.getCause(), e.getCause());
    }
  }

  /**
   * Asks the workers of all nodes to stop, by SIGTERM, and by SIGKILL after the shutdown timeout.
   * They are not restarted. Does not block.
   */
  public void stop() {
    stop("TERM");
  }

  /**
   * Asks the workers of all nodes to stop, by this signal, and by SIGKILL after the shutdown
   * timeout. They are not restarted. The exit code of the result is 128 plus the number of the
   * signal. Does not block.
   *
   * @param signal HUP, INT, QUIT, KILL, USR1, USR2 or TERM
   * @throws IllegalArgumentException if it is another signal
   */
  public void stop(String signal) {
    supervisor.stop(signal);
  }

  /** Kills the workers of this node, by SIGKILL, and ends the run on all nodes. Does not block. */
  public void kill() {
    supervisor.kill();
  }

  /** Kills the workers that still run. Blocks until they have ended. */
  @Override
  public void close() {
    supervisor.kill();
    // A failure of the launcher is reported by awaitResult.
    supervisor.result().exceptionally(e -> null).join();
  }
}
