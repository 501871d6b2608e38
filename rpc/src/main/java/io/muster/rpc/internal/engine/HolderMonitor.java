package io.muster.rpc.internal.engine;

import io.muster.rpc.internal.refs.OwnedObjects;
import io.muster.rpc.internal.transport.CallFailure;
import io.muster.rpc.internal.transport.RateLimitedLog;
import io.muster.rpc.internal.transport.ResponseListener;
import io.muster.rpc.internal.wire.Control;
import io.muster.rpc.internal.wire.Control.Kind;
import io.muster.rpc.internal.world.WorkerInfo;
import io.muster.rpc.internal.world.World;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Checks periodically whether the workers that hold references to objects of this worker are alive,
 * and releases objects that only dead workers held.
 */
final class HolderMonitor implements AutoCloseable {
  /** A worker is dead after this number of unanswered pings in a row. */
  private static final int MAX_MISSED_PINGS = 2;

  private final World world;
  private final OwnedObjects owned;
  private final UnacknowledgedReferences unacknowledged;
  private final ControlMessenger messenger;
  private final Duration interval;
  private final ScheduledExecutorService scheduler;
  private final Map<Integer, Integer> missedPings = new HashMap<>();

  /** A monitor that is not {@linkplain #start started} yet. */
  HolderMonitor(
      World world,
      OwnedObjects owned,
      UnacknowledgedReferences unacknowledged,
      ControlMessenger messenger,
      Duration interval) {
    this.world = world;
    this.owned = owned;
    this.unacknowledged = unacknowledged;
    this.messenger = messenger;
    this.interval = interval;
    this.scheduler =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "muster-rpc-monitor");
              thread.setDaemon(true);
              return thread;
            });
  }

  void start() {
    long nanos = Nanos.of(interval);
    Future<?> unused =
        scheduler.scheduleWithFixedDelay(this::check, nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private void check() {
    try {
      checkHolders();
    } catch (Throwable e) {
      // Such as an OutOfMemoryError. An exception would end the periodic checks.
      RateLimitedLog.warn("cannot check which holders of objects are alive", e);
    }
  }

  private void checkHolders() {
    unacknowledged.expire();
    Set<Integer> holders = new HashSet<>(owned.holders());
    holders.remove(world.self().rank());
    missedPings.keySet().retainAll(holders);
    Map<Integer, CompletableFuture<Boolean>> answers = new HashMap<>();
    for (int holder : holders) {
      answers.put(holder, ping(holder));
    }
    answers.forEach(
        (holder, isAlive) -> {
          if (isAlive.join()) {
            missedPings.remove(holder);
          } else if (missedPings.merge(holder, 1, Integer::sum) >= MAX_MISSED_PINGS) {
            missedPings.remove(holder);
            owned.forget(holder);
          }
        });
  }

  private CompletableFuture<Boolean> ping(int rank) {
    try {
      Optional<WorkerInfo> worker = world.byRank(rank);
      return worker.map(this::ping).orElseGet(() -> CompletableFuture.completedFuture(false));
    } catch (RuntimeException e) {
      // The store cannot be reached, which says nothing about the worker.
      return CompletableFuture.completedFuture(true);
    }
  }

  private CompletableFuture<Boolean> ping(WorkerInfo worker) {
    CompletableFuture<Boolean> isAlive = new CompletableFuture<>();
    messenger.send(
        worker,
        Control.of(Kind.PING, worker.incarnation(), world.self().rank(), 0),
        new ResponseListener() {
          @Override
          public void answered(byte[] message) {
            isAlive.complete(true);
          }

          @Override
          public void failed(CallFailure failure) {
            isAlive.complete(false);
          }
        });
    return isAlive;
  }

  /** Whether a worker does not answer a ping. Blocks until it answers, at most one interval. */
  boolean isLost(WorkerInfo worker) {
    try {
      return !ping(worker).get(Nanos.of(interval), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return true;
    }
  }

  @Override
  public void close() {
    scheduler.shutdownNow();
  }
}
