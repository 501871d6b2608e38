package io.muster.store.internal.serving;

import io.muster.store.internal.wire.LimitException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Memory that all clients share, each of which takes a part of it for a while: for a request that
 * has not arrived whole, for instance.
 *
 * <p>No client may take more than its share, and the last part is reserved for small requests. If
 * too little is left, memory is taken from the client with the greatest weight, which is then
 * disconnected. The weight is the bytes times the time for which they have been held, and 1,000
 * times as much for more than an ordinary amount. A request for an ordinary amount may take memory
 * from any client. A larger one may take it only from a client that weighs more than an ordinary
 * amount that is held for a second, and is refused otherwise. Memory that is held long by nature,
 * such as that of waits, is only taken from clients that hold more.
 */
final class SharedMemory {
  /** Requests up to this size are small. */
  static final int LITTLE = 64 * 1024;

  /** The reciprocal of the fraction of the budget that is reserved for small requests. */
  private static final int KEPT_PART = 8;

  /** An ordinary amount is the budget divided by this, but at most {@link #MAX_ORDINARY} bytes. */
  private static final int ORDINARY_PART = 8;

  private static final int MAX_ORDINARY = 2 * 1024 * 1024;

  /** A client usually holds an ordinary amount for at most this time. */
  private static final double LONG_NANOS = 1e9;

  /** The factor by which the weight of more than an ordinary amount is multiplied. */
  private static final double MUCH = 1000;

  private final MemoryBudget budget;
  private final long share;
  private final boolean brief;
  private final long ordinary;
  private final List<Reclaiming> reclaimed = new ArrayList<>();
  private @Nullable Holding oldest;
  private @Nullable Holding newest;

  /**
   * Shares a budget.
   *
   * @param share the most bytes that one client may hold
   * @param brief whether memory is normally held for a short time only
   */
  SharedMemory(MemoryBudget budget, long share, boolean brief) {
    this.budget = budget;
    this.share = share;
    this.brief = brief;
    this.ordinary =
        brief ? Math.max(LITTLE, Math.min(budget.limit() / ORDINARY_PART, MAX_ORDINARY)) : LITTLE;
  }

  /** Memory that is counted in the budget and is not a {@link Holding}, but can be reclaimed. */
  interface Reclaiming {
    /**
     * Replaces what is counted, which is an upper bound, by a closer one.
     *
     * @return whether less is counted now
     */
    boolean recount();

    /** The greatest weight of a client other than {@code client}; 0 if there is none. */
    double weight(@Nullable ReplySink client, long now);

    /** Disconnects the client whose weight {@link #weight} returned. */
    void reclaim(@Nullable ReplySink client, long now);
  }

  void addReclaiming(Reclaiming reclaiming) {
    reclaimed.add(reclaiming);
  }

  void removeReclaiming(Reclaiming reclaiming) {
    reclaimed.remove(reclaiming);
  }

  /** The bytes that are available for requests that are not small. */
  long roomForMuch() {
    return budget.available() - budget.limit() / KEPT_PART;
  }

  MemoryBudget budget() {
    return budget;
  }

  void take(Holding holding, long bytes) throws LimitException {
    long wanted = holding.bytes + bytes;
    if (wanted > share) {
      throw new LimitException(
          "more than its share of the memory for "
              + budget.name()
              + ": "
              + wanted
              + " bytes; the share is "
              + share);
    }
    requireRoom(holding, bytes, wanted);
    budget.adjust(bytes);
    long now = System.nanoTime();
    if (holding.bytes == 0) {
      append(holding);
      holding.since = now;
    } else {
      // The added bytes have been held for no time, so the weight stays the same.
      holding.since = now - (long) ((double) (now - holding.since) * holding.bytes / wanted);
    }
    holding.bytes = wanted;
  }

  /**
   * Takes memory that stays in use when its client is disconnected, so it is not part of the
   * client's holding. It is released in the {@link #budget}.
   */
  void takeFor(Holding holding, long bytes) throws LimitException {
    requireRoom(holding, bytes, bytes);
    budget.adjust(bytes);
  }

  private void requireRoom(Holding by, long bytes, long wanted) throws LimitException {
    boolean little = wanted <= LITTLE;
    while (bytes > (little ? budget.available() : roomForMuch())) {
      if (!makeRoom(by, wanted)) {
        throw new LimitException(
            "no memory for "
                + bytes
                + " bytes more: clients hold "
                + budget.used()
                + " for "
                + budget.name()
                + ", of "
                + budget.limit()
                + " that the server's heap has room for");
      }
    }
  }

  void giveBack(Holding holding, long bytes) {
    budget.release(bytes);
    holding.bytes -= bytes;
    if (holding.bytes == 0) {
      remove(holding);
    }
  }

  /** Makes some room; false if that is not possible. No client is disconnected needlessly. */
  private boolean makeRoom(Holding by, long wanted) {
    for (int i = 0; i < reclaimed.size(); i++) {
      if (reclaimed.get(i).recount()) {
        return true;
      }
    }
    long now = System.nanoTime();
    if (wanted <= ordinary) {
      return evictHeaviest(by, brief ? 0 : weight(wanted, now, now), now);
    }
    return brief && evictHeaviest(by, ordinary * LONG_NANOS, now);
  }

  /** Disconnects the client with the greatest weight; false if no client has any. */
  boolean evictHeaviest() {
    return evictHeaviest(null, 0, System.nanoTime());
  }

  private boolean evictHeaviest(@Nullable Holding except, double moreThan, long now) {
    double most = moreThan;
    Holding heaviest = null;
    for (Holding each = oldest; each != null; each = each.newer) {
      double weight = each == except ? 0 : weight(each.bytes, each.since, now);
      if (weight > most) {
        heaviest = each;
        most = weight;
      }
    }
    ReplySink client = except == null ? null : except.client;
    Reclaiming other = null;
    for (int i = 0; i < reclaimed.size(); i++) {
      double weight = reclaimed.get(i).weight(client, now);
      if (weight > most) {
        other = reclaimed.get(i);
        most = weight;
      }
    }
    if (other != null) {
      other.reclaim(client, now);
      return true;
    }
    if (heaviest != null) {
      evict(heaviest);
    }
    return heaviest != null;
  }

  /** The weight of {@code bytes} that have been held since {@code since}. */
  double weight(long bytes, long since, long now) {
    double weight = brief ? bytes * (now - since + 1.0) : bytes;
    return bytes > ordinary ? weight * MUCH : weight;
  }

  private void evict(Holding victim) {
    victim.client.evict(
        new LimitException(
            "others need the "
                + victim.bytes
                + " bytes of memory that it holds for "
                + budget.name()));
    // The collector frees the memory once the connection is closed.
    victim.giveBack();
  }

  private void append(Holding holding) {
    Holding last = newest;
    holding.older = last;
    if (last == null) {
      oldest = holding;
    } else {
      last.newer = holding;
    }
    newest = holding;
  }

  private void remove(Holding holding) {
    Holding before = holding.older;
    Holding after = holding.newer;
    holding.older = null;
    holding.newer = null;
    if (before == null) {
      oldest = after;
    } else {
      before.newer = after;
    }
    if (after == null) {
      newest = before;
    } else {
      after.older = before;
    }
  }
}
