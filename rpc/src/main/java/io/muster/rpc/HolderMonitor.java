package io.muster.rpc;

import io.grpc.Status;
import io.muster.rpc.internal.transport.RateLimitedLog;
import io.muster.rpc.internal.transport.ResponseListener;
import io.muster.rpc.internal.wire.Control;
import io.muster.rpc.internal.wire.Control.Kind;
import io.muster.rpc.internal.world.WorkerInfo;
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
  /** So many silences in a row are a death. */
  private static final int SILENCES = 2;

  private final RpcAgent agent;
  private final Duration interval;
  private final ScheduledExecutorService clock;
  private final Map<Integer, Integer> silences = new HashMap<>();

  /** Looks every so often, once it is started. */
  HolderMonitor(RpcAgent agent, Duration interval) {
    this.interval = interval;
    this.agent = agent;
    this.clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "muster-rpc-watch");
              thread.setDaemon(true);
              return thread;
            });
  }

  void start() {
    long nanos = interval.toNanos();
    Future<?> unused = clock.scheduleWithFixedDelay(this::look, nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private void look() {
    try {
      lookOnce();
    } catch (Throwable e) {
      // Such as an OutOfMemoryError. An exception would end the looking for good.
      RateLimitedLog.warn("cannot tell which holders of objects are alive", e);
    }
  }

  private void lookOnce() {
    agent.tickets().expire();
    Set<Integer> holders = new HashSet<>(agent.owned().holders());
    holders.remove(agent.rank());
    silences.keySet().retainAll(holders);
    Map<Integer, CompletableFuture<Boolean>> answers = new HashMap<>();
    for (int holder : holders) {
      answers.put(holder, isAlive(holder));
    }
    answers.forEach(
        (holder, alive) -> {
          if (alive.join()) {
            silences.remove(holder);
          } else if (silences.merge(holder, 1, Integer::sum) >= SILENCES) {
            silences.remove(holder);
            agent.owned().forget(holder);
          }
        });
  }

  private CompletableFuture<Boolean> isAlive(int rank) {
    try {
      Optional<WorkerInfo> member = agent.world().byRank(rank);
      return member.map(this::isAlive).orElseGet(() -> CompletableFuture.completedFuture(false));
    } catch (RuntimeException e) {
      // The store is not there: that says nothing about the worker.
      return CompletableFuture.completedFuture(true);
    }
  }

  private CompletableFuture<Boolean> isAlive(WorkerInfo member) {
    CompletableFuture<Boolean> alive = new CompletableFuture<>();
    agent
        .caller()
        .tell(
            member,
            Control.of(Kind.PING, member.incarnation(), agent.rank(), 0),
            new ResponseListener() {
              @Override
              public void answered(byte[] message) {
                alive.complete(true);
              }

              @Override
              public void failed(Status status) {
                alive.complete(false);
              }
            });
    return alive;
  }

  /** Whether a worker does not answer. Blocks for as long as an answer may take. */
  boolean isLost(WorkerInfo member) {
    try {
      return !isAlive(member).get(interval.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return true;
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
