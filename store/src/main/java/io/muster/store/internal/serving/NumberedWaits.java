package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.Key;
import io.muster.store.internal.keyspace.Waiter;
import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.Reply;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The waits of one client that have numbers, so that many threads of its process share one
 * connection. Each is counted in the client's share of the memory for waits until it ends. Ended
 * waits are kept in order until their ends are sent. Ending a wait allocates nothing.
 *
 * <p>A wait for an item stays after it was woken, until the client ends it: only then is it known
 * whether the client has taken the item, or the next waiter must be woken.
 */
final class NumberedWaits {
  /** The maximum number of pending waits. */
  static final int MAX_WAITS = 16 * 1024;

  /**
   * The maximum number of keys of all pending waits. It bounds the work when the client
   * disconnects.
   */
  static final int MAX_KEYS = 128 * 1024;

  /** Heap bytes of a wait beside its keys. */
  private static final int WAIT = 160;

  private final ServerState state;
  private final Runnable onFirstUnsent;
  private final Holding memory;
  private final Map<Long, NumberedWait> pending = new HashMap<>();
  private long next;
  private int keys;

  /** The wait at a barrier whose arrival is not applied yet. */
  private @Nullable NumberedWait arriving;

  /** Waits that have ended and whose end has not been sent to the client. */
  private @Nullable NumberedWait firstUnsent;

  private @Nullable NumberedWait lastUnsent;

  /**
   * No waits yet.
   *
   * @param onFirstUnsent runs when the first end becomes unsent; it must not throw
   */
  NumberedWaits(ServerState state, ReplySink client, Runnable onFirstUnsent) {
    this.state = state;
    this.memory = new Holding(state.memory.waits, client);
    this.onFirstUnsent = onFirstUnsent;
  }

  /** The number of the next wait. */
  long takeNumber() {
    return next++;
  }

  /**
   * Begins a wait.
   *
   * @param keyCount the number of keys
   * @param keyBytes the heap bytes of a wait for these keys
   * @throws LimitException if there are too many waits or keys, or no memory; no wait has begun
   *     then
   */
  void begin(long number, int keyCount, long keyBytes, Consumer<Waiter> register)
      throws LimitException {
    NumberedWait wait = add(number, keyCount, keyBytes);
    try {
      register.accept(wait);
    } catch (Throwable e) {
      remove(wait);
      throw e;
    }
  }

  /**
   * Begins an arrival at a barrier, until {@link #arrived} or {@link #endArrival}.
   *
   * @throws LimitException if there are too many waits, or no memory; no arrival has begun then
   */
  void beginArrival(long number, byte[] barrier) throws LimitException {
    NumberedWait wait = add(number, 1, ServerMemory.WAIT_FOR_KEY + (long) barrier.length);
    wait.barrier = barrier;
    arriving = wait;
  }

  /** The arrival was counted and is not the last: waits for the others. */
  void arrived() {
    NumberedWait wait = takeArriving();
    try {
      state.waitAtBarrier(wait, Objects.requireNonNull(wait.barrier));
    } catch (Throwable e) {
      remove(wait);
      throw e;
    }
  }

  /** The arrival was the last or has failed. Returns its number. */
  long endArrival() {
    NumberedWait wait = takeArriving();
    remove(wait);
    return wait.number;
  }

  private NumberedWait takeArriving() {
    NumberedWait wait = Objects.requireNonNull(arriving);
    arriving = null;
    return wait;
  }

  private NumberedWait add(long number, int keyCount, long keyBytes) throws LimitException {
    if (pending.size() >= MAX_WAITS) {
      throw new LimitException("more than " + MAX_WAITS + " waits at once");
    }
    if (keyCount > MAX_KEYS - keys) {
      throw new LimitException("waits for more than " + MAX_KEYS + " keys at once");
    }
    NumberedWait wait = new NumberedWait(number, keyCount, WAIT + keyBytes);
    memory.change(wait.bytes);
    keys += keyCount;
    try {
      pending.put(wait.number, wait);
    } catch (Throwable e) {
      remove(wait);
      throw e;
    }
    return wait;
  }

  private void remove(NumberedWait wait) {
    pending.remove(wait.number);
    keys -= wait.keyCount;
    memory.giveBack(wait.bytes);
  }

  /** Gives up the wait of this number, if there is one. */
  void end(long number) {
    NumberedWait wait = pending.get(number);
    if (wait != null) {
      remove(wait);
      state.giveUp(wait, wait.barrier);
      state.passOnWakeUp(wait.wokenBy);
    }
  }

  /**
   * Ends all waits and discards the ends that have not been sent. {@link #passOnWakeUps} is still
   * to be called.
   */
  void endAll() {
    firstUnsent = null;
    lastUnsent = null;
    Throwable failure = null;
    for (NumberedWait wait : pending.values()) {
      try {
        state.giveUp(wait, wait.barrier);
      } catch (RuntimeException | Error e) {
        // Such as no memory for the count of a barrier. The other waits must end anyway.
        failure = e;
      }
    }
    keys = 0;
    memory.giveBack();
    if (failure != null) {
      throw new IllegalStateException("a wait could not be given up", failure);
    }
  }

  /** Wakes other clients instead of this one, which has disconnected without taking its items. */
  void passOnWakeUps() {
    for (NumberedWait wait : pending.values()) {
      state.passOnWakeUp(wait.wokenBy);
    }
    pending.clear();
  }

  boolean hasEnds() {
    return firstUnsent != null;
  }

  /** Returns the replies for the ended waits, and forgets them. */
  byte[] takeEnds() {
    int ends = 0;
    for (NumberedWait wait = firstUnsent; wait != null; wait = wait.nextUnsent) {
      ends++;
    }
    ByteBuffer replies =
        ByteBuffer.allocate(ends * (1 + Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    for (NumberedWait wait = firstUnsent; wait != null; wait = wait.nextUnsent) {
      replies.put((byte) Reply.STOP_WAITING).putLong(wait.number);
    }
    firstUnsent = null;
    lastUnsent = null;
    return replies.array();
  }

  private final class NumberedWait extends Waiter {
    /** Boxed, so that a lookup in the map allocates nothing. */
    final Long number;

    final int keyCount;
    final long bytes;

    /** Where it waits; null if it waits for keys. */
    byte @Nullable [] barrier;

    /** The queue whose item has ended the wait, which the client may be about to take. */
    @Nullable Key wokenBy;

    @Nullable NumberedWait nextUnsent;

    NumberedWait(Long number, int keyCount, long bytes) {
      this.number = number;
      this.keyCount = keyCount;
      this.bytes = bytes;
    }

    @Override
    protected void released(@Nullable Key queue) {
      if (mayConsumeItem()) {
        wokenBy = queue;
      } else {
        remove(this);
      }
      NumberedWait last = lastUnsent;
      lastUnsent = this;
      if (last == null) {
        firstUnsent = this;
        onFirstUnsent.run();
      } else {
        last.nextUnsent = this;
      }
    }
  }
}
