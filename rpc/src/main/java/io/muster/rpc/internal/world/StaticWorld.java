package io.muster.rpc.internal.world;

import io.muster.store.Store;
import io.muster.store.StoreTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A world of fixed size. No worker starts before all have joined. */
public final class StaticWorld implements World {
  private final WorkerInfo self;
  private final List<WorkerInfo> members;

  private StaticWorld(WorkerInfo self, List<WorkerInfo> members) {
    this.self = self;
    this.members = members;
  }

  /**
   * Publishes this worker and blocks until all workers have joined.
   *
   * @throws NameTakenException if another worker has the name or the rank
   * @throws WorkersMissingException if workers did not join in time
   */
  public static StaticWorld join(Store store, WorkerInfo self, int size, Duration timeout) {
    NameRegistry.claim(store, self);
    store.set(NameRegistry.rankKey(self.rank()), self.encode());
    List<String> keys = IntStream.range(0, size).mapToObj(NameRegistry::rankKey).toList();
    try {
      store.await(timeout, keys);
    } catch (StoreTimeoutException e) {
      throw new WorkersMissingException(
          IntStream.range(0, size).filter(rank -> !store.check(keys.get(rank))).boxed().toList(),
          e);
    }
    List<byte[]> values = store.multiGet(keys);
    return new StaticWorld(
        self,
        IntStream.range(0, size)
            .mapToObj(rank -> WorkerInfo.decode(rank, values.get(rank)))
            .toList());
  }

  @Override
  public WorkerInfo self() {
    return self;
  }

  @Override
  public Optional<WorkerInfo> byName(String name) {
    return members.stream().filter(member -> member.name().equals(name)).findFirst();
  }

  @Override
  public Optional<WorkerInfo> byRank(int rank) {
    return rank >= 0 && rank < members.size() ? Optional.of(members.get(rank)) : Optional.empty();
  }

  @Override
  public List<WorkerInfo> all() {
    return members;
  }
}
