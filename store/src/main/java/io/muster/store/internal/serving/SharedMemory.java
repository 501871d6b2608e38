package io.muster.store.internal.serving;

import io.muster.store.internal.wire.LimitException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Memory that all clients share, each of which takes a part of it for a while: for a request that
 * has not arrived whole, for instance.
 *
 * <p>No client may take more than its share, and the last part is kept for those who take little.
 * If there is too little left, who takes it is decided as follows: what is held briefly by nature
 * is taken from those who have held it the longest, once that was long; one who wants little gets
 * it from the one who holds most; anybody else is refused. Those from whom it is taken are
 * disconnected.
 */
final class SharedMemory {
  /** How much is little. */
  static final int LITTLE = 64 * 1024;

  /** Which part is kept for those who take little: one in so many. */
  private static final int KEPT_PART = 8;

  /** How long something held briefly by nature may be held while others need room. */
  private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final MemoryBudget budget;
  private final long share;
  private final boolean brief;
  private @Nullable Reclaiming reclaiming;
  private @Nullable Holding oldest;
  private @Nullable Holding newest;

  /**
   * Shares a budget.
   *
   * @param share how much one client may take
   * @param brief whether all that is held is held briefly by nature
   */
  SharedMemory(MemoryBudget budget, long share, boolean brief) {
    this.budget = budget;
    this.share = share;
    this.brief = brief;
  }

  /** What else is counted in the budget, and can be given up for clients that need room. */
  interface Reclaiming {
    /** Gives something up that is not this client's; false if there is nothing. */
    boolean reclaim(Outlet client);
  }

  void setReclaiming(Reclaiming reclaiming) {
    this.reclaiming = reclaiming;
  }

  /** How much is there for those who do not take little. */
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
    boolean little = wanted <= LITTLE;
    while (bytes > (little ? budget.available() : roomForMuch())) {
      if (reclaiming != null && reclaiming.reclaim(holding.client)) {
        continue;
      }
      Holding victim = victim(holding, little, wanted);
      if (victim == null) {
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
      evict(victim);
    }
    budget.adjust(bytes);
    if (holding.bytes == 0) {
      holding.since = System.nanoTime();
      append(holding);
    }
    holding.bytes = wanted;
  }

  void giveBack(Holding holding, long bytes) {
    budget.release(bytes);
    holding.bytes -= bytes;
    if (holding.bytes == 0) {
      remove(holding);
    }
  }

  private @Nullable Holding victim(Holding by, boolean little, long wanted) {
    if (brief) {
      Holding first = oldest == by ? by.newer : oldest;
      if (first != null && System.nanoTime() - first.since > LONG_NANOS) {
        return first;
      }
    }
    return little ? largest(by, wanted) : null;
  }

  /** The holding of most bytes that are more than these, but for one holding. */
  private @Nullable Holding largest(Holding except, long moreThan) {
    Holding largest = null;
    long most = moreThan;
    for (Holding each = oldest; each != null; each = each.newer) {
      if (each.bytes > most && each != except) {
        largest = each;
        most = each.bytes;
      }
    }
    return largest;
  }

  private void evict(Holding victim) {
    victim.client.evict(
        new LimitException(
            "others need the "
                + victim.bytes
                + " bytes of memory that it holds for "
                + budget.name()));
    // Whatever the client still refers to is free as soon as it is gone.
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
