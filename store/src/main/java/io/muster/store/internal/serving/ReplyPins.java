package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.wire.LimitException;
import org.jspecify.annotations.Nullable;

/**
 * The memory of removed values that the collector cannot free because unsent replies refer to them.
 * It is zero until something is removed from the keyspace. It is at most the bytes that were
 * removed since the oldest of these replies began, and for each reply at most the bytes that the
 * reply refers to and that are not stored any more. When there is no room, clients are disconnected
 * by the rules of {@link SharedMemory}.
 */
final class ReplyPins implements SharedMemory.Reclaiming {
  /** Longer keys are not kept while a reply is sent. */
  private static final int MAX_KEY_LENGTH = 1024;

  private final Keyspace keyspace;
  private final SharedMemory memory;
  private @Nullable ReplyPin oldest;
  private @Nullable ReplyPin newest;

  /** The bytes that are counted in the budget. */
  private long charged;

  /** The exact bytes at the last close look, and {@link Keyspace#removedBytes} then. */
  private long closely;

  private long removedAtCloseLook;

  ReplyPins(Keyspace keyspace, SharedMemory memory) {
    this.keyspace = keyspace;
    this.memory = memory;
    memory.addReclaiming(this);
  }

  /**
   * Adds a reply that takes several turns to send.
   *
   * @param removedBefore {@link Keyspace#removedBytes} when the reply was made
   * @param mostBytes the most bytes of the keyspace that the reply refers to
   */
  void add(ReplyPin pin, long removedBefore, long mostBytes) {
    if (pin.linked) {
      // The previous reply is not completely sent.
      pin.mostBytes = Math.max(pin.mostBytes, pin.mostBytes + mostBytes);
      pin.key = null;
      pin.value = null;
      return;
    }
    if (oldest == null) {
      closely = 0;
      removedAtCloseLook = removedBefore;
    }
    pin.removedBefore = removedBefore;
    pin.mostBytes = mostBytes;
    pin.linked = true;
    pin.since = System.nanoTime();
    ReplyPin last = newest;
    pin.older = last;
    if (last == null) {
      oldest = pin;
    } else {
      last.newer = pin;
    }
    newest = pin;
  }

  /** Removes a reply that is sent or discarded. Removing it again has no effect. */
  void remove(ReplyPin pin) {
    if (!pin.linked) {
      return;
    }
    pin.linked = false;
    pin.key = null;
    pin.value = null;
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

  /** The reply that was just added refers to {@code value} of {@code key} only. */
  void refersOnlyTo(ReplyPin pin, byte[] key, Object value) {
    if (key.length <= MAX_KEY_LENGTH) {
      pin.key = key;
      pin.value = value;
    }
  }

  /** Stops counting, once no reply is left. */
  void end() {
    memory.removeReclaiming(this);
  }

  /** Updates the counted bytes after a request that may have removed data. */
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
    while (oldest != null && most - charged > memory.roomForMuch()) {
      most = lookClosely(removed);
      if (most - charged > memory.roomForMuch() && !memory.evictHeaviest()) {
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

  private long heldBy(ReplyPin pin, long removed) {
    byte[] key = pin.key;
    if (key != null && keyspace.value(key) == pin.value) {
      return 0;
    }
    return Math.min(pin.mostBytes, removed - pin.removedBefore);
  }

  @Override
  public boolean recount() {
    long before = charged;
    if (before > 0) {
      charge(lookClosely(keyspace.removedBytes()));
    }
    return charged < before;
  }

  @Override
  public double weight(@Nullable ReplySink except, long now) {
    long removed = keyspace.removedBytes();
    ReplyPin pin = heaviest(removed, except, now);
    return pin == null ? 0 : weight(pin, removed, now);
  }

  @Override
  public void reclaim(@Nullable ReplySink except, long now) {
    long removed = keyspace.removedBytes();
    ReplyPin pin = heaviest(removed, except, now);
    if (pin == null) {
      return;
    }
    pin.client.evict(
        new LimitException(
            "it has not read its reply, which holds up to "
                + heldBy(pin, removed)
                + " bytes that are stored no more; others need the memory"));
    remove(pin);
    if (oldest != null) {
      charge(lookClosely(removed));
    }
  }

  private @Nullable ReplyPin heaviest(long removed, @Nullable ReplySink except, long now) {
    ReplyPin heaviest = null;
    double most = 0;
    for (ReplyPin pin = oldest; pin != null; pin = pin.newer) {
      double weight = pin.client == except ? 0 : weight(pin, removed, now);
      if (weight > most) {
        heaviest = pin;
        most = weight;
      }
    }
    return heaviest;
  }

  private double weight(ReplyPin pin, long removed, long now) {
    return memory.weight(heldBy(pin, removed), pin.since, now);
  }

  private void charge(long bytes) {
    memory.budget().adjust(bytes - charged);
    charged = bytes;
  }
}
