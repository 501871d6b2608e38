package io.muster.launcher;

import io.muster.launcher.internal.nodes.Decision;
import io.muster.launcher.internal.nodes.JoinException;
import io.muster.launcher.internal.nodes.NodeGroup;
import io.muster.launcher.internal.nodes.NodeInfo;
import io.muster.launcher.internal.nodes.Placement;
import io.muster.launcher.internal.nodes.RunEnd;
import io.muster.launcher.internal.nodes.RunStore;
import io.muster.launcher.internal.process.GroupWatcher;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The thread that joins the other nodes, and runs attempts until one succeeds, none is left, or the
 * run ends. It reacts to events, which other threads add to its queue.
 */
final class Supervisor implements NodeGroup.Listener {
  private static final Logger LOG = System.getLogger(Supervisor.class.getName());

  /** How long the node that hosts the store waits until the others have read how the run ended. */
  private static final Duration LEAVE_PATIENCE = Duration.ofSeconds(10);

  /** {@link #LEAVE_PATIENCE} after this launch was killed, or the launcher has failed. */
  private static final Duration KILLED_PATIENCE = Duration.ofSeconds(1);

  private final WorldSpec spec;
  private final LaunchListener listener;
  private final RunStore store;
  private final LogDirectory logs;
  private final GroupWatcher watcher;
  private final NodeGroup nodes;
  private final String host;
  private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
  private final CompletableFuture<LaunchResult> result = new CompletableFuture<>();
  private @Nullable Attempt attempt;
  private int attempts;
  private int nodeRank = -1;

  /** Why the run ends before its attempts are used up; the first reason counts. */
  private @Nullable RunEnd end;

  private @Nullable String storeLost;
  private boolean killed;

  Supervisor(
      WorldSpec spec,
      LaunchListener listener,
      RunStore store,
      LogDirectory logs,
      GroupWatcher watcher) {
    this.spec = spec;
    this.listener = new GuardedListener(listener);
    this.store = store;
    this.logs = logs;
    this.watcher = watcher;
    NodeOptions options = spec.nodes();
    this.host = options.host().orElseGet(HostName::get);
    this.nodes =
        new NodeGroup(
            new NodeGroup.Settings(
                options.count(),
                options.rank(),
                options.joinTimeout(),
                options.keepAliveInterval(),
                options.keepAliveAttempts()),
            store,
            spec.runId(),
            this);
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
    if (!Signals.STOPPING.contains(name)) {
      throw new IllegalArgumentException(
          "SIG" + name + " does not stop workers; expected one of " + Signals.STOPPING);
    }
    events.add(
        () -> {
          endHere(name);
          onAttempt(running -> running.stop(name));
        });
  }

  /** Kills the workers, and does not restart them. Any thread. */
  void kill() {
    events.add(
        () -> {
          endHere("KILL");
          killed = true;
          onAttempt(Attempt::kill);
        });
  }

  private void endHere(String signal) {
    if (end == null) {
      end = RunEnd.signal(signal, nodeRank, host);
      nodes.end(end);
    }
  }

  @Override
  public void attemptFailed(int number) {
    events.add(
        () ->
            onAttempt(
                running -> {
                  if (running.number() == number) {
                    running.failedSomewhere();
                  }
                }));
  }

  @Override
  public void ended(RunEnd run) {
    events.add(
        () -> {
          if (end == null && storeLost == null) {
            end = run;
          }
          onAttempt(running -> running.stop(run.signal().isEmpty() ? "TERM" : run.signal()));
        });
  }

  @Override
  public void storeLost(String message) {
    events.add(
        () -> {
          loseStore(message);
          onAttempt(running -> running.stop("TERM"));
        });
  }

  private void loseStore(String message) {
    if (end == null && storeLost == null) {
      storeLost = message;
    }
  }

  private boolean isEnding() {
    return end != null || storeLost != null;
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
      outcome = join();
    } catch (InterruptedException e) {
      failed = new IllegalStateException("the supervisor thread was interrupted", e);
    } catch (Throwable e) {
      failed = e;
    }
    try {
      leave(killed || failed != null ? KILLED_PATIENCE : LEAVE_PATIENCE);
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

  /** Leaves the other nodes, kills the workers that still run, and closes the store. */
  private void leave(Duration patience) {
    try (store;
        nodes;
        watcher) {
      if (storeLost == null) {
        nodes.leave(patience);
      }
    }
  }

  private LaunchResult join() throws InterruptedException {
    NodeInfo self =
        new NodeInfo(
            UUID.randomUUID().toString(),
            host,
            spec.role(),
            spec.localWorldSize(),
            spec.maxRestarts(),
            store.isHosted());
    Placement placement;
    try {
      placement = await(nodes.join(self));
    } catch (JoinException e) {
      int exitCode = e.isMisuse() ? LaunchResult.MISUSE : LaunchResult.NODE_MISSING;
      return problem(exitCode, String.valueOf(e.getMessage()));
    }
    if (placement == null) {
      return end == null && !store.isHosted() ? hostGaveUp() : endedEarly(null);
    }
    nodeRank = placement.nodeRank();
    return runAttempts(new WorkerStarter(spec, placement, store.port(), logs, watcher));
  }

  private LaunchResult hostGaveUp() {
    return problem(
        LaunchResult.NODE_MISSING,
        "joining the other nodes failed: the store was lost: "
            + storeLost
            + "; the process that hosts it gave up before all nodes had joined");
  }

  private LaunchResult runAttempts(WorkerStarter starter) throws InterruptedException {
    for (int number = 0; ; number++) {
      attempts = number + 1;
      WorkerExit failure = runAttempt(number, starter);
      Decision decision = isEnding() ? null : decide(number, failure);
      if (decision == null) {
        return endedEarly(failure);
      }
      WorkerExit first = Failures.ofNode(decision.failure(), number, failure);
      if (!decision.restart()) {
        return new LaunchResult(
            first == null ? 0 : first.exitCode(),
            Optional.ofNullable(first),
            attempts,
            Optional.empty(),
            Optional.empty());
      }
      if (first != null) {
        listener.restarting(number + 1, first);
      }
    }
  }

  private @Nullable Decision decide(int number, @Nullable WorkerExit failure)
      throws InterruptedException {
    try {
      return await(nodes.finish(number, Optional.ofNullable(failure).map(Failures::forNodes)));
    } catch (JoinException e) {
      throw new IllegalStateException(e);
    }
  }

  private @Nullable WorkerExit runAttempt(int number, WorkerStarter starter)
      throws InterruptedException {
    Attempt running = new Attempt(number, spec, listener, () -> nodes.reportFailure(number));
    attempt = running;
    nodes.attemptStarts(number);
    drainEvents();
    if (!isEnding()) {
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
    starter.endOutput();
    attempt = null;
    drainEvents();
    return running.failure();
  }

  /** Reacts to events that arrived while no attempt was running, such as a request to stop. */
  private void drainEvents() {
    for (Runnable event = events.poll(); event != null; event = events.poll()) {
      event.run();
    }
  }

  /** Waits for the other nodes, and reacts to events meanwhile. Null if the run ends. */
  private <T> @Nullable T await(CompletableFuture<T> future)
      throws InterruptedException, JoinException {
    var unused = future.whenComplete((value, failure) -> events.add(() -> {}));
    while (!future.isDone() && !isEnding()) {
      events.take().run();
    }
    if (isEnding()) {
      return null;
    }
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof JoinException cannotJoin) {
        throw cannotJoin;
      }
      loseStore(String.valueOf(e.getCause()));
      return null;
    }
  }

  private LaunchResult endedEarly(@Nullable WorkerExit failure) {
    RunEnd reason = end;
    if (reason == null) {
      return problem(
          LaunchResult.STORE_LOST,
          "the store was lost: "
              + storeLost
              + "; the process that hosts it has ended, or the network between the nodes is cut");
    }
    if (reason.signal().isEmpty()) {
      return problem(LaunchResult.NODE_MISSING, reason.message());
    }
    return new LaunchResult(
        Signals.exitCode(reason.signal()),
        Optional.ofNullable(failure),
        attempts,
        Optional.of(reason.signal()),
        reason.node() == nodeRank ? Optional.empty() : Optional.of(reason.message()));
  }

  private LaunchResult problem(int exitCode, String message) {
    return new LaunchResult(
        exitCode, Optional.empty(), attempts, Optional.empty(), Optional.of(message));
  }
}
