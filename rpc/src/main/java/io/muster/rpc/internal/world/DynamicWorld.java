package io.muster.rpc.internal.world;

import io.muster.store.Store;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * A world without a fixed size, which workers join and leave at any time. Each key of the store has
 * one writer or is changed by compare-and-set, so that a worker that dies does not block the
 * others.
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
   * @param rank the rank of this worker; negative for any free one
   * @param make describes this worker, given its rank
   * @throws NameTakenException if another worker has the name or the rank
   */
  public static DynamicWorld join(Store store, int rank, IntFunction<WorkerInfo> make) {
    int slot;
    do {
      slot = Math.toIntExact(store.add(SLOTS, 1) - 1);
      // A worker that asked for a rank may have got the one with the number of this slot.
    } while (rank < 0 && NameRegistry.isRankClaimed(store, slot));
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

  /** The value of a key; empty if it was never set or its worker has left. */
  private Optional<byte[]> value(String key) {
    return store.check(key)
        ? Optional.of(store.get(key)).filter(bytes -> bytes.length > 0)
        : Optional.empty();
  }

  /** Removes this worker, so that its name is free again. */
  public void leave() {
    store.set(slotKey, LEFT);
    store.set(NameRegistry.rankKey(self.rank()), LEFT);
    NameRegistry.release(store, self);
  }
}
