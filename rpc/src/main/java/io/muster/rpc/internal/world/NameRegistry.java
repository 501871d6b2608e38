package io.muster.rpc.internal.world;

import io.muster.store.Store;
import java.util.Locale;
import java.util.Optional;

/** Claims the ranks and names of workers in the store, so that each is unique. */
final class NameRegistry {
  private NameRegistry() {}

  static String rankKey(int rank) {
    return "rank/" + rank;
  }

  static String nameKey(String name) {
    return "name/" + name;
  }

  private static String rankClaimKey(int rank) {
    return "claim/" + rank;
  }

  /**
   * Claims the rank and the name of a worker. Of several workers that try, only one succeeds.
   *
   * @throws NameTakenException if another worker has the rank or the name
   */
  static void claim(Store store, WorkerInfo self) {
    String claim = claim(self);
    String rankHolder = store.compareSet(rankClaimKey(self.rank()), "", claim);
    if (!rankHolder.equals(claim)) {
      throw new NameTakenException(
          String.format(
              Locale.ROOT,
              "rank %d of worker '%s' is taken by another worker",
              self.rank(),
              self.name()));
    }
    String nameHolder = store.compareSet(nameKey(self.name()), "", claim);
    if (!nameHolder.equals(claim)) {
      // A worker with another name may claim the rank.
      String unused = store.compareSet(rankClaimKey(self.rank()), claim, "");
      throw new NameTakenException(
          String.format(
              Locale.ROOT,
              "RPC worker name '%s' is not unique: worker %d and worker %s share it",
              self.name(),
              self.rank(),
              nameHolder.replaceFirst(" .*", "")));
    }
  }

  /** Whether a worker has claimed a rank. Ranks are never released. */
  static boolean isRankClaimed(Store store, int rank) {
    return store.check(rankClaimKey(rank)) && !store.getString(rankClaimKey(rank)).isEmpty();
  }

  /** The rank of the worker that has a name. */
  static Optional<Integer> holder(Store store, String name) {
    String claim = store.check(nameKey(name)) ? store.getString(nameKey(name)) : "";
    return claim.isEmpty()
        ? Optional.empty()
        : Optional.of(Integer.parseInt(claim.substring(0, claim.indexOf(' '))));
  }

  /** Releases the name of a worker that leaves. Its rank stays claimed. */
  static void release(Store store, WorkerInfo self) {
    String unused = store.compareSet(nameKey(self.name()), claim(self), "");
  }

  /** The value of a claimed key, which differs for each worker and incarnation. */
  static String claim(WorkerInfo self) {
    return String.format(Locale.ROOT, "%d %016x", self.rank(), self.incarnation());
  }
}
