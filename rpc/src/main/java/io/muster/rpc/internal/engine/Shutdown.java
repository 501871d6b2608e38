package io.muster.rpc.internal.engine;

import io.muster.rpc.RpcTimeoutException;
import io.muster.rpc.WorkerLostException;
import io.muster.rpc.internal.world.DynamicWorld;
import io.muster.rpc.internal.world.WorkerInfo;
import io.muster.rpc.internal.world.World;
import io.muster.store.Deadline;
import io.muster.store.NetworkException;
import io.muster.store.PrefixStore;
import io.muster.store.Store;
import io.muster.store.StoreTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Waits until this worker may close.
 *
 * <p>In a world of fixed size all workers close together, when all want to and no call is in flight
 * on any of them. They detect that in rounds. In each round a worker waits until it is idle and
 * publishes the number of calls that it has ever begun. If the sum is the same in two successive
 * rounds, no call was in flight between them.
 */
final class Shutdown {
  /** What exceptions name as the function. */
  static final String FUNCTION = "shutdown";

  /** After this time without progress, missing workers are pinged. */
  private static final Duration PING_AFTER = Duration.ofSeconds(1);

  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final Store store;
  private final World world;
  private final boolean hostsStore;
  private final Caller caller;
  private final Dispatcher dispatcher;
  private final Predicate<WorkerInfo> isLost;

  /**
   * The shutdown of one worker.
   *
   * @param hostsStore whether this process hosts the store, which the other workers need until they
   *     are done
   * @param isLost whether a worker does not answer
   */
  Shutdown(
      Store store,
      World world,
      boolean hostsStore,
      Caller caller,
      Dispatcher dispatcher,
      Predicate<WorkerInfo> isLost) {
    this.store = new PrefixStore(FUNCTION, store);
    this.world = world;
    this.hostsStore = hostsStore;
    this.caller = caller;
    this.dispatcher = dispatcher;
    this.isLost = isLost;
  }

  /**
   * Blocks until this worker may close.
   *
   * @throws WorkerLostException if a worker cannot be reached
   * @throws RpcTimeoutException if the timeout is exceeded
   */
  void run(Duration timeout) throws InterruptedException {
    Deadline deadline = Deadline.after(timeout);
    if (world instanceof DynamicWorld dynamic) {
      dynamic.leave();
      dispatcher.leave();
      awaitIdle(deadline);
    } else {
      awaitAllIdle(deadline);
      leaveStore(deadline);
    }
  }

  /** Blocks until all workers have called this and no call is in flight. */
  private void awaitAllIdle(Deadline deadline) throws InterruptedException {
    long previousSum = -1;
    for (int round = 0; ; round++) {
      awaitIdle(deadline);
      store.set(key(round, world.self()), String.valueOf(caller.begun()));
      List<String> keys = keys(round);
      awaitKeys(keys, deadline);
      long sum =
          store.multiGet(keys).stream()
              .mapToLong(bytes -> Long.parseLong(new String(bytes, StandardCharsets.UTF_8)))
              .sum();
      if (sum == previousSum) {
        return;
      }
      previousSum = sum;
    }
  }

  /** Blocks until this worker has no call in flight and answers none. */
  private void awaitIdle(Deadline deadline) throws InterruptedException {
    while (caller.inFlight() > 0 || dispatcher.inFlight() > 0) {
      if (deadline.hasPassed()) {
        throw timeout(deadline, List.of(world.self()), "calls are still in flight");
      }
      TimeUnit.NANOSECONDS.sleep(POLL_NANOS);
    }
  }

  private void awaitKeys(List<String> keys, Deadline deadline) {
    List<WorkerInfo> workers = world.all();
    while (true) {
      Duration slice = deadline.remaining();
      try {
        store.await(slice.compareTo(PING_AFTER) < 0 ? slice : PING_AFTER, keys);
        return;
      } catch (StoreTimeoutException e) {
        List<WorkerInfo> missing = new ArrayList<>();
        for (int i = 0; i < workers.size(); i++) {
          if (!store.check(keys.get(i))) {
            missing.add(workers.get(i));
          }
        }
        requireAlive(missing, e);
        if (deadline.hasPassed()) {
          throw timeout(deadline, missing, "it has not called shutdown");
        }
      } catch (NetworkException e) {
        requireAlive(workers, e);
        throw e;
      }
    }
  }

  private void requireAlive(List<WorkerInfo> workers, RuntimeException cause) {
    for (WorkerInfo worker : workers) {
      if (worker.rank() != world.self().rank() && isLost.test(worker)) {
        throw new WorkerLostException(
            String.format(Locale.ROOT, "shutdown failed: worker %s is lost", worker),
            worker.name(),
            FUNCTION,
            cause);
      }
    }
  }

  /** Publishes that this worker no longer needs the store. Its host waits for the others. */
  private void leaveStore(Deadline deadline) {
    store.set(goneKey(world.self()), "1");
    if (hostsStore) {
      try {
        store.await(deadline.remaining(), world.all().stream().map(Shutdown::goneKey).toList());
      } catch (StoreTimeoutException e) {
        // The other workers are done with the store, and only slow to publish it.
        return;
      }
    }
  }

  private static RpcTimeoutException timeout(
      Deadline deadline, List<WorkerInfo> missing, String reason) {
    return new RpcTimeoutException(
        String.format(
            Locale.ROOT,
            "shutdown timed out after %s waiting for %s: %s",
            deadline.timeout(),
            missing.stream().map(WorkerInfo::toString).collect(Collectors.joining(", ")),
            reason),
        missing.isEmpty() ? "" : missing.get(0).name(),
        FUNCTION,
        deadline.timeout(),
        null);
  }

  private List<String> keys(int round) {
    return world.all().stream().map(worker -> key(round, worker)).toList();
  }

  private static String key(int round, WorkerInfo worker) {
    return round + "/" + worker.rank();
  }

  private static String goneKey(WorkerInfo worker) {
    return "gone/" + worker.rank();
  }
}
