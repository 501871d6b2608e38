package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.wire.LimitException;
import org.jspecify.annotations.Nullable;

/**
 * What replies that are being sent keep from being collected. As long as nothing is removed from
 * the keyspace, however many read it, that is nothing. Then it is at most what was removed since
 * the oldest of these replies began, and for each reply at most what it refers to. When there is no
 * room for it, those who have not read their reply for the longest are disconnected.
 */
final class ReplyPins implements SharedMemory.Reclaiming {
  private final Keyspace keyspace;
  private final SharedMemory memory;
  private @Nullable ReplyPin oldest;
  private @Nullable ReplyPin newest;

  /** What is counted in the budget. */
  private long charged;

  /** What all held when that was last looked at closely, and what was ever removed then. */
  private long closely;

  private long removedAtCloseLook;

  ReplyPins(Keyspace keyspace, SharedMemory memory) {
    this.keyspace = keyspace;
    this.memory = memory;
    memory.setReclaiming(this);
  }

  /**
   * A reply begins to be sent that will take several turns.
   *
   * @param removedBefore {@link Keyspace#removedBytes} when it was made
   * @param mostBytes how much of the keyspace it refers to at most
   */
  void add(ReplyPin pin, long removedBefore, long mostBytes) {
    if (pin.linked) {
      // The reply before is not all sent yet.
      pin.mostBytes = Math.max(pin.mostBytes, pin.mostBytes + mostBytes);
      return;
    }
    if (oldest == null) {
      closely = 0;
      removedAtCloseLook = removedBefore;
    }
    pin.removedBefore = removedBefore;
    pin.mostBytes = mostBytes;
    pin.linked = true;
    ReplyPin last = newest;
    pin.older = last;
    if (last == null) {
      oldest = pin;
    } else {
      last.newer = pin;
    }
    newest = pin;
  }

  /** A reply is sent, or given up; nothing happens if it was. */
  void remove(ReplyPin pin) {
    if (!pin.linked) {
      return;
    }
    pin.linked = false;
    ReplyPin before = pin.older;
    ReplyPin after = pin.newer;
    pin.older = null;
    pin.newer = null;
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
    if (oldest == null) {
      charge(0);
    }
  }

  /** Something may have been removed from the keyspace. */
  void settle() {
    ReplyPin first = oldest;
    if (first == null) {
      return;
    }
    long removed = keyspace.removedBytes();
    long most = Math.min(removed - first.removedBefore, closely + removed - removedAtCloseLook);
    if (most != charged) {
      settle(removed, most);
    }
  }

  private void settle(long removed, long atMost) {
    long most = atMost;
    while (most - charged > memory.roomForMuch() && oldest != null) {
      most = lookClosely(removed);
      if (most - charged > memory.roomForMuch() && !evict(removed, null)) {
        break;
      }
    }
    charge(oldest == null ? 0 : most);
  }

  private long lookClosely(long removed) {
    long sum = 0;
    for (ReplyPin pin = oldest; pin != null; pin = pin.newer) {
      sum += heldBy(pin, removed);
    }
    closely = sum;
    removedAtCloseLook = removed;
    ReplyPin first = oldest;
    return first == null ? 0 : Math.min(sum, removed - first.removedBefore);
  }

  private static long heldBy(ReplyPin pin, long removed) {
    return Math.min(pin.mostBytes, removed - pin.removedBefore);
  }

  /** Clients that need room go before those who do not read. */
  @Override
  public boolean reclaim(Outlet client) {
    long removed = keyspace.removedBytes();
    if (charged == 0 || !evict(removed, client)) {
      return false;
    }
    if (oldest != null) {
      charge(lookClosely(removed));
    }
    return true;
  }

  /**
   * Disconnects the client, other than {@code except}, who has been sent a reply for the longest
   * that holds something; false if there is none.
   */
  private boolean evict(long removed, @Nullable Outlet except) {
    ReplyPin pin = oldest;
    while (pin != null && (heldBy(pin, removed) == 0 || pin.client == except)) {
      pin = pin.newer;
    }
    if (pin == null) {
      return false;
    }
    pin.client.evict(
        new LimitException(
            "it has not read its reply, which holds up to "
                + heldBy(pin, removed)
                + " bytes that are stored no more; others need the memory"));
    remove(pin);
    return true;
  }

  private void charge(long bytes) {
    memory.budget().adjust(bytes - charged);
    charged = bytes;
  }
}
