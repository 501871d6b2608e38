package io.muster.launcher;

import io.muster.launcher.internal.output.OutputPump;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of all workers, from their start until all have ended. The first that fails makes the
 * others stop: by SIGTERM, and after the shutdown timeout by SIGKILL.
 *
 * <p>It belongs to the thread of its {@link Supervisor}.
 */
final class Attempt {
  private static final Logger LOG = System.getLogger(Attempt.class.getName());

  /** A process ends this soon after SIGKILL, or is stuck in the kernel and is abandoned. */
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);

  /** After its worker has ended, output comes only from a process in a session of its own. */
  private static final Duration OUTPUT_PATIENCE = Duration.ofSeconds(2);

  private static final int CANNOT_EXECUTE = 126;

  private enum Phase {
    RUNNING,
    STOPPING,
    KILLING,
    ABANDONED
  }

  private final int number;
  private final WorldSpec spec;
  private final LaunchListener listener;
  private final Runnable whenFailed;
  private final Set<Worker> running = new LinkedHashSet<>();
  private final List<OutputPump> pumps = new ArrayList<>();
  private Phase phase = Phase.RUNNING;
  private long deadline;
  private boolean failedElsewhere;
  private @Nullable WorkerExit failure;

  /**
   * Creates an attempt without workers.
   *
   * @param whenFailed called once, when the first worker of this node has failed
   */
  Attempt(int number, WorldSpec spec, LaunchListener listener, Runnable whenFailed) {
    this.number = number;
    this.spec = spec;
    this.listener = listener;
    this.whenFailed = whenFailed;
  }

  int number() {
    return number;
  }

  /**
   * Starts the workers, unless the attempt has failed on another node already.
   *
   * @param supervisor executes what follows an event on the thread of the supervisor
   */
  void start(WorkerStarter starter, Consumer<Runnable> supervisor) {
    if (phase != Phase.RUNNING) {
      return;
    }
    for (int localRank = 0; localRank < spec.localWorldSize(); localRank++) {
      try {
        Worker worker = starter.start(localRank, number);
        running.add(worker);
        pumps.addAll(worker.pumps());
        listener.started(worker.info());
        worker
            .process()
            .onExit(
                code -> {
                  Instant ended = Instant.now();
                  supervisor.accept(() -> exited(worker, code, ended));
                });
      } catch (IOException e) {
        failed(
            new WorkerExit(
                starter.describe(localRank, number),
                CANNOT_EXECUTE,
                Optional.of("its process cannot be started: " + e.getMessage()),
                "",
                Instant.now(),
                false));
        return;
      }
    }
  }

  private void exited(Worker worker, int exitCode, Instant ended) {
    if (!running.remove(worker)) {
      return;
    }
    WorkerExit exit = worker.exit(exitCode, ended, phase != Phase.RUNNING);
    // A worker that was told to stop fails because of that, unless it says that it failed before.
    boolean othersFailed = failure != null || failedElsewhere;
    boolean fails =
        exitCode != 0 && (phase == Phase.RUNNING || (othersFailed && exit.message().isPresent()));
    listener.exited(exit);
    if (fails) {
      failed(exit);
    }
  }

  private void failed(WorkerExit exit) {
    WorkerExit earlier = failure;
    if (earlier == null) {
      whenFailed.run();
    }
    if (earlier == null || exit.time().isBefore(earlier.time())) {
      failure = exit;
    }
    stop("TERM");
  }

  /** A worker has failed, perhaps on another node. */
  void failedSomewhere() {
    failedElsewhere = true;
    stop("TERM");
  }

  /** Sends a signal to all workers that run, unless they are being stopped already. */
  void stop(String signal) {
    if (phase == Phase.RUNNING) {
      phase = Phase.STOPPING;
      deadline = System.nanoTime() + spec.shutdownTimeout().toNanos();
      running.forEach(worker -> worker.process().signal(signal));
    }
  }

  /** Sends SIGKILL to all workers that run. */
  void kill() {
    if (phase == Phase.RUNNING || phase == Phase.STOPPING) {
      phase = Phase.KILLING;
      deadline = System.nanoTime() + KILL_PATIENCE.toNanos();
      running.forEach(worker -> worker.process().signal("KILL"));
    }
  }

  boolean isOver() {
    return running.isEmpty() || phase == Phase.ABANDONED;
  }

  /** How long to wait for an event. */
  long nanosToWait() {
    return phase == Phase.RUNNING ? Long.MAX_VALUE : deadline - System.nanoTime();
  }

  /** Kills the workers after the shutdown timeout, and abandons those that survive even that. */
  void checkDeadline() {
    if (nanosToWait() > 0) {
      return;
    }
    if (phase == Phase.STOPPING) {
      LOG.log(
          Level.WARNING,
          "{0} workers have not ended within {1} s of the signal to stop, and are killed",
          running.size(),
          spec.shutdownTimeout().toSeconds());
      kill();
    } else if (phase == Phase.KILLING) {
      for (Worker worker : running) {
        LOG.log(
            Level.ERROR,
            "process {0,number,#} of rank {1} does not end after SIGKILL and is abandoned",
            worker.info().pid(),
            worker.info().rank());
      }
      phase = Phase.ABANDONED;
    }
  }

  /** Blocks until the output of the workers is copied, at most {@link #OUTPUT_PATIENCE}. */
  void awaitOutput() throws InterruptedException {
    OutputPump.awaitAll(pumps, System.nanoTime() + OUTPUT_PATIENCE.toNanos());
  }

  /** The first failure; null if there was none before all workers were told to stop. */
  @Nullable WorkerExit failure() {
    return failure;
  }

  /** Blocks for at most this long per wait, so that a deadline cannot be missed by much. */
  static long boundedMillis(long nanos) {
    return Math.min(TimeUnit.NANOSECONDS.toMillis(Math.max(nanos, 0)) + 1, 60_000);
  }
}
