package io.muster.launcher;

import io.muster.launcher.internal.process.GroupWatcher;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The thread that runs attempts until one succeeds, none is left, or it is stopped. */
final class Supervisor {
  private static final Logger LOG = System.getLogger(Supervisor.class.getName());
  private static final int SIGNALED = 128;
  private static final Map<String, Integer> SIGNALS =
      Map.of("HUP", 1, "INT", 2, "QUIT", 3, "KILL", 9, "USR1", 10, "USR2", 12, "TERM", 15);

  private final WorldSpec spec;
  private final LaunchListener listener;
  private final HostedStore store;
  private final WorkerStarter starter;
  private final GroupWatcher watcher;
  private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
  private final CompletableFuture<LaunchResult> result = new CompletableFuture<>();
  private @Nullable Attempt attempt;
  private @Nullable String signal;
  private boolean storeLost;

  Supervisor(
      WorldSpec spec,
      LaunchListener listener,
      HostedStore store,
      WorkerStarter starter,
      GroupWatcher watcher) {
    this.spec = spec;
    this.listener = new GuardedListener(listener);
    this.store = store;
    this.starter = starter;
    this.watcher = watcher;
  }

  void start() {
    Thread thread = new Thread(this::run, "muster-launcher");
    thread.start();
  }

  CompletableFuture<LaunchResult> result() {
    return result;
  }

  /** Stops the workers by a signal, and does not restart them. Any thread. */
  void stop(String name) {
    if (!SIGNALS.containsKey(name)) {
      throw new IllegalArgumentException(
          "SIG" + name + " does not stop workers; expected one of " + SIGNALS.keySet());
    }
    events.add(
        () -> {
          if (signal == null) {
            signal = name;
          }
          onAttempt(running -> running.stop(name));
        });
  }

  /** Kills the workers, and does not restart them. Any thread. */
  void kill() {
    events.add(
        () -> {
          if (signal == null) {
            signal = "KILL";
          }
          onAttempt(Attempt::kill);
        });
  }

  /** The store server has stopped by itself. Any thread. */
  void storeLost() {
    events.add(
        () -> {
          storeLost = true;
          onAttempt(running -> running.stop("TERM"));
        });
  }

  private void onAttempt(Consumer<Attempt> action) {
    Attempt running = attempt;
    if (running != null) {
      action.accept(running);
    }
  }

  private void run() {
    LaunchResult outcome = null;
    Throwable failed = null;
    try {
      outcome = runAttempts();
    } catch (InterruptedException e) {
      failed = new IllegalStateException("the supervisor thread was interrupted", e);
    } catch (Throwable e) {
      failed = e;
    }
    try {
      // Kills whatever is left.
      watcher.close();
      store.close();
    } catch (Throwable e) {
      failed = failed == null ? e : failed;
    }
    if (outcome != null && failed == null) {
      listener.finished(outcome);
      result.complete(outcome);
    } else {
      LOG.log(Level.ERROR, "the launcher failed; its workers were killed", failed);
      result.completeExceptionally(failed);
    }
  }

  private LaunchResult runAttempts() throws InterruptedException {
    for (int number = 0; ; number++) {
      WorkerExit failure = runAttempt(number);
      if (signal != null || storeLost || failure == null || number == spec.maxRestarts()) {
        return new LaunchResult(
            exitCode(failure),
            Optional.ofNullable(failure),
            number + 1,
            Optional.ofNullable(signal));
      }
      listener.restarting(number + 1, failure);
      store.clear();
    }
  }

  private int exitCode(@Nullable WorkerExit failure) {
    if (signal != null) {
      return SIGNALED + SIGNALS.getOrDefault(signal, 0);
    }
    if (storeLost) {
      return LaunchResult.STORE_LOST;
    }
    return failure == null ? 0 : failure.exitCode();
  }

  private @Nullable WorkerExit runAttempt(int number) throws InterruptedException {
    Attempt running = new Attempt(number, spec, listener);
    attempt = running;
    if (signal == null && !storeLost) {
      running.start(starter, events::add);
    }
    while (!running.isOver()) {
      Runnable event =
          events.poll(Attempt.boundedMillis(running.nanosToWait()), TimeUnit.MILLISECONDS);
      if (event != null) {
        event.run();
      }
      running.checkDeadline();
    }
    running.awaitOutput();
    attempt = null;
    drainEvents();
    return running.failure();
  }

  /** Between attempts, a request to stop is as good as during one. */
  private void drainEvents() {
    for (Runnable event = events.poll(); event != null; event = events.poll()) {
      event.run();
    }
  }

  /** Calls a listener whose failures change nothing. */
  private record GuardedListener(LaunchListener listener) implements LaunchListener {
    @Override
    public void started(WorkerInfo worker) {
      call(() -> listener.started(worker));
    }

    @Override
    public void exited(WorkerExit exit) {
      call(() -> listener.exited(exit));
    }

    @Override
    public void restarting(int attempt, WorkerExit failure) {
      call(() -> listener.restarting(attempt, failure));
    }

    @Override
    public void finished(LaunchResult result) {
      call(() -> listener.finished(result));
    }

    private static void call(Runnable event) {
      try {
        event.run();
      } catch (Throwable e) {
        LOG.log(Level.ERROR, "the listener of a launch failed", e);
      }
    }
  }
}
