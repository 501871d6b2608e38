package io.muster.rpc;

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
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The end of a world, at which all of its workers stop together: when all want to, and no call is
 * under way anywhere. They find that out in rounds. In each, a worker waits until it is idle and
 * publishes how many calls it has ever begun; when the sum of two rounds is the same, no call can
 * have been anywhere between them.
 */
final class Shutdown {
  static final String FUNCTION = "shutdown";
  private static final Duration LOOK_AFTER = Duration.ofSeconds(1);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final Store store;
  private final World world;
  private final int rank;
  private final Deadline deadline;
  private final Predicate<WorkerInfo> isLost;

  /** The end of a world. */
  Shutdown(Store store, World world, Duration timeout, Predicate<WorkerInfo> isLost) {
    this.store = new PrefixStore("shutdown", store);
    this.world = world;
    this.rank = world.self().rank();
    this.deadline = Deadline.after(timeout);
    this.isLost = isLost;
  }

  /**
   * Blocks until all workers are here and nothing is under way.
   *
   * @throws WorkerLostException if one cannot be reached
   * @throws RpcTimeoutException if that takes too long
   */
  void meet(BooleanSupplier idle, LongSupplier begun) throws InterruptedException {
    long before = -1;
    for (int round = 0; ; round++) {
      awaitIdle(idle);
      store.set(key(round, rank), String.valueOf(begun.getAsLong()));
      List<String> keys = keys(round);
      awaitAll(keys);
      long sum =
          store.multiGet(keys).stream()
              .mapToLong(bytes -> Long.parseLong(new String(bytes, StandardCharsets.UTF_8)))
              .sum();
      if (sum == before) {
        return;
      }
      before = sum;
    }
  }

  /** Says that this worker needs the store no more, and on its host waits for the others. */
  void leaveStore(boolean hosts) {
    store.set("gone/" + rank, "1");
    if (hosts) {
      try {
        store.await(
            deadline.remaining(),
            world.all().stream().map(member -> "gone/" + member.rank()).toList());
      } catch (StoreTimeoutException e) {
        // They are done, only slow to say so, and do without the store.
        return;
      }
    }
  }

  /** Blocks until nothing is under way here. */
  void awaitIdle(BooleanSupplier idle) throws InterruptedException {
    while (!idle.getAsBoolean()) {
      if (deadline.hasPassed()) {
        throw timeout(List.of(world.self()), "calls are still under way");
      }
      TimeUnit.NANOSECONDS.sleep(POLL_NANOS);
    }
  }

  private void awaitAll(List<String> keys) {
    List<WorkerInfo> members = world.all();
    while (true) {
      Duration slice = deadline.remaining();
      try {
        store.await(slice.compareTo(LOOK_AFTER) < 0 ? slice : LOOK_AFTER, keys);
        return;
      } catch (StoreTimeoutException e) {
        List<WorkerInfo> missing = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
          if (!store.check(keys.get(i))) {
            missing.add(members.get(i));
          }
        }
        failIfLost(missing, e);
        if (deadline.hasPassed()) {
          throw timeout(missing, "it did not come");
        }
      } catch (NetworkException e) {
        failIfLost(members, e);
        throw e;
      }
    }
  }

  private void failIfLost(List<WorkerInfo> suspects, RuntimeException cause) {
    for (WorkerInfo member : suspects) {
      if (member.rank() != rank && isLost.test(member)) {
        throw new WorkerLostException(
            String.format(Locale.ROOT, "shutdown: worker %s is lost", member),
            member.name(),
            FUNCTION,
            cause);
      }
    }
  }

  private RpcTimeoutException timeout(List<WorkerInfo> missing, String what) {
    return new RpcTimeoutException(
        String.format(
            Locale.ROOT,
            "shutdown timed out after %s waiting for %s: %s",
            deadline.timeout(),
            missing.stream().map(WorkerInfo::toString).collect(Collectors.joining(", ")),
            what),
        missing.isEmpty() ? "" : missing.get(0).name(),
        FUNCTION,
        deadline.timeout(),
        null);
  }

  private List<String> keys(int round) {
    return world.all().stream().map(member -> key(round, member.rank())).toList();
  }

  private static String key(int round, int rank) {
    return round + "/" + rank;
  }
}
