package io.muster.interop;

import io.muster.collectives.ProcessGroups;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Ranks in this JVM, a thread each. */
final class JavaRanks implements Party {
  private static final long PATIENCE_SECONDS = 40;

  private final Map<Integer, RankThread> ranks = new TreeMap<>();
  private Map<Integer, Future<List<String>>> running = Map.of();

  /** Begins to meet the others. */
  void add(int rank, Callable<? extends Rank> joining) {
    ranks.put(rank, new RankThread(joining));
  }

  @Override
  public void awaitJoined() {
    ranks.forEach((rank, thread) -> rank(rank));
  }

  /**
   * A group of some ranks of the world that these are the default group of. Those of them that do
   * not belong to it call for it, too.
   */
  JavaRanks subGroup(List<Integer> members) {
    List<Integer> sorted = members.stream().sorted().toList();
    JavaRanks subGroup = new JavaRanks();
    for (int rank : ranks.keySet()) {
      ProcessGroups groups = ((MusterRank) rank(rank)).groups();
      if (sorted.contains(rank)) {
        subGroup.add(
            sorted.indexOf(rank),
            () -> new MusterRank(groups, groups.newGroup(members).orElseThrow()));
      } else if (groups.newGroup(members).isPresent()) {
        throw new AssertionError("rank %d is not of %s".formatted(rank, members));
      }
    }
    return subGroup;
  }

  /** One of them, once it has joined. */
  Rank rank(int rank) {
    return result(rank, Objects.requireNonNull(ranks.get(rank)).joined());
  }

  @Override
  public void run(Order order, List<Operation> operations) {
    running = new TreeMap<>();
    ranks.forEach((rank, thread) -> running.put(rank, thread.run(order, operations)));
  }

  @Override
  public Map<Integer, List<String>> digests() {
    Map<Integer, List<String>> digests = new TreeMap<>();
    running.forEach((rank, result) -> digests.put(rank, result(rank, result)));
    return digests;
  }

  private static <T> T result(int rank, Future<? extends T> future) {
    try {
      return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("Java's rank " + rank + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public String result(int rank, int operation) {
    return Objects.requireNonNull(ranks.get(rank)).result(operation);
  }

  @Override
  public void close() {
    ranks.values().forEach(RankThread::close);
  }
}
