package io.muster.rpc.internal.world;

import io.muster.store.Store;
import io.muster.store.StoreTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A world whose size is known: nobody does anything before all are there. */
public final class StaticWorld implements World {
  private final Member self;
  private final List<Member> members;

  private StaticWorld(Member self, List<Member> members) {
    this.self = self;
    this.members = members;
  }

  /**
   * Publishes this worker and blocks until all others are there.
   *
   * @throws NameTakenException if another has the name or the rank
   * @throws StoreTimeoutException if others have not come in time; the missing keys name them
   */
  public static StaticWorld join(Store store, Member self, int size, Duration timeout) {
    Names.claim(store, self);
    store.set(Names.rankKey(self.rank()), self.encode());
    List<String> keys = IntStream.range(0, size).mapToObj(Names::rankKey).toList();
    store.await(timeout, keys);
    List<byte[]> values = store.multiGet(keys);
    return new StaticWorld(
        self,
        IntStream.range(0, size).mapToObj(rank -> Member.decode(rank, values.get(rank))).toList());
  }

  /** The ranks of the workers whose keys these are. */
  public static List<Integer> ranks(List<String> missingKeys) {
    return missingKeys.stream().map(Names::rank).sorted().toList();
  }

  @Override
  public Member self() {
    return self;
  }

  @Override
  public Optional<Member> byName(String name) {
    return members.stream().filter(member -> member.name().equals(name)).findFirst();
  }

  @Override
  public Optional<Member> byRank(int rank) {
    return rank >= 0 && rank < members.size() ? Optional.of(members.get(rank)) : Optional.empty();
  }

  @Override
  public List<Member> all() {
    return members;
  }
}
