package io.muster.rpc.internal.world;

import io.muster.store.Store;
import java.util.Locale;
import java.util.Optional;

/** The keys of the workers in the store, and which worker has which name. */
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
   * Takes the rank and the name of a worker, which of several at once only one can do.
   *
   * @throws NameTakenException if another has one of them
   */
  static void claim(Store store, WorkerInfo self) {
    String claim = claim(self);
    String rankHolder = store.compareSet(rankClaimKey(self.rank()), "", claim);
    if (!rankHolder.equals(claim)) {
      throw new NameTakenException(
          String.format(
              Locale.ROOT,
              "rank %d, asked for by '%s', is another worker's already",
              self.rank(),
              self.name()));
    }
    String nameHolder = store.compareSet(nameKey(self.name()), "", claim);
    if (!nameHolder.equals(claim)) {
      // The rank is free again for a worker with another name.
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

  /** The rank of the worker that has a name. */
  static Optional<Integer> holder(Store store, String name) {
    String claim = store.check(nameKey(name)) ? store.getString(nameKey(name)) : "";
    return claim.isEmpty()
        ? Optional.empty()
        : Optional.of(Integer.parseInt(claim.substring(0, claim.indexOf(' '))));
  }

  /** Gives back the name of a worker that leaves; its rank stays taken. */
  static void release(Store store, WorkerInfo self) {
    String unused = store.compareSet(nameKey(self.name()), claim(self), "");
  }

  /** What stands at a key that a worker has taken: different for each worker that there ever is. */
  static String claim(WorkerInfo self) {
    return String.format(Locale.ROOT, "%d %016x", self.rank(), self.incarnation());
  }
}
