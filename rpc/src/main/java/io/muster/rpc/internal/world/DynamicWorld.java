package io.muster.rpc.internal.world;

import io.muster.store.Store;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * A world that workers join and leave as they like. Each key has one writer or is changed by
 * compare-and-set, so that no worker that dies holds up the others.
 */
public final class DynamicWorld implements World {
  private static final String SLOTS = "slots";
  private static final byte[] LEFT = {};

  private final Store store;
  private final WorkerInfo self;
  private final String slotKey;

  private DynamicWorld(Store store, WorkerInfo self, String slotKey) {
    this.store = store;
    this.self = self;
    this.slotKey = slotKey;
  }

  /**
   * Publishes this worker.
   *
   * @param rank its rank; negative to be given one
   * @param make makes the worker of a rank
   * @throws NameTakenException if another has the name or the rank
   */
  public static DynamicWorld join(Store store, int rank, IntFunction<WorkerInfo> make) {
    int slot = Math.toIntExact(store.add(SLOTS, 1) - 1);
    WorkerInfo self = make.apply(rank < 0 ? slot : rank);
    NameRegistry.claim(store, self);
    store.set(NameRegistry.rankKey(self.rank()), self.encode());
    String slotKey = slotKey(slot);
    store.set(slotKey, String.valueOf(self.rank()));
    return new DynamicWorld(store, self, slotKey);
  }

  private static String slotKey(int slot) {
    return "slot/" + slot;
  }

  @Override
  public WorkerInfo self() {
    return self;
  }

  @Override
  public Optional<WorkerInfo> byName(String name) {
    return NameRegistry.holder(store, name).flatMap(this::byRank);
  }

  @Override
  public Optional<WorkerInfo> byRank(int rank) {
    return value(NameRegistry.rankKey(rank)).map(bytes -> WorkerInfo.decode(rank, bytes));
  }

  @Override
  public List<WorkerInfo> all() {
    long slots = store.add(SLOTS, 0);
    List<WorkerInfo> members = new ArrayList<>();
    for (int slot = 0; slot < slots; slot++) {
      value(slotKey(slot))
          .map(bytes -> Integer.parseInt(new String(bytes, StandardCharsets.UTF_8)))
          .flatMap(this::byRank)
          .ifPresent(members::add);
    }
    members.sort(Comparator.comparingInt(WorkerInfo::rank));
    return members;
  }

  /** What is at a key, unless nothing ever was or its worker has left. */
  private Optional<byte[]> value(String key) {
    return store.check(key)
        ? Optional.of(store.get(key)).filter(bytes -> bytes.length > 0)
        : Optional.empty();
  }

  /** Takes this worker out; its name is free again. */
  public void leave() {
    store.set(slotKey, LEFT);
    store.set(NameRegistry.rankKey(self.rank()), LEFT);
    NameRegistry.release(store, self);
  }
}
