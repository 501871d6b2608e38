package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.Key;
import io.muster.store.internal.keyspace.Wait;
import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.Reply;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The waits of one client that have numbers, so that many threads of its process share one
 * connection. Each counts in the client's share of the memory for waits until it ends. How waits
 * ended is kept in order until the client is told. Releasing a wait needs no memory.
 */
final class NumberedWaits {
  /** How many may be pending. */
  static final int MOST = 16 * 1024;

  /** How many keys they may have together, which bounds the work when the client goes. */
  static final int MOST_KEYS = 128 * 1024;

  /** What a wait takes beside its keys. */
  private static final int WAIT = 160;

  private final ServerState state;
  private final Runnable untold;
  private final Holding memory;
  private final Map<Long, NumberedWait> pending = new HashMap<>();
  private long next;
  private int keys;

  /** Waits that have ended and whose end has not been sent to the client. */
  private @Nullable NumberedWait firstUntold;

  private @Nullable NumberedWait lastUntold;

  /**
   * No waits yet.
   *
   * @param untold is run when there is something to tell and was nothing before; it must not throw
   */
  NumberedWaits(ServerState state, Outlet client, Runnable untold) {
    this.state = state;
    this.memory = new Holding(state.memory.waits, client);
    this.untold = untold;
  }

  /** The number of the next wait. */
  long takeNumber() {
    return next++;
  }

  /**
   * Begins a wait.
   *
   * @param keyCount of how many keys
   * @param keyBytes what it takes to wait for them
   * @throws LimitException if it is too much; nothing is begun then
   */
  void begin(long number, int keyCount, long keyBytes, Consumer<Wait> register)
      throws LimitException {
    if (pending.size() >= MOST) {
      throw new LimitException("more than " + MOST + " waits at once");
    }
    if (keyCount > MOST_KEYS - keys) {
      throw new LimitException("waits for more than " + MOST_KEYS + " keys at once");
    }
    NumberedWait wait = new NumberedWait(number, keyCount, WAIT + keyBytes);
    memory.change(wait.bytes);
    try {
      pending.put(wait.number, wait);
      register.accept(wait);
      keys += keyCount;
    } catch (Throwable e) {
      pending.remove(wait.number);
      memory.giveBack(wait.bytes);
      throw e;
    }
  }

  /** Gives a wait up; nothing happens if there is none of this number. */
  void end(long number) {
    NumberedWait wait = pending.remove(number);
    if (wait != null) {
      state.waits.forget(wait);
      hasEnded(wait);
    }
  }

  /** Ends all waits and discards the ends that have not been sent. */
  void endAll() {
    firstUntold = null;
    lastUntold = null;
    for (NumberedWait wait : pending.values()) {
      state.waits.forget(wait);
    }
    pending.clear();
    keys = 0;
    memory.giveBack();
  }

  private void hasEnded(NumberedWait wait) {
    keys -= wait.keyCount;
    memory.giveBack(wait.bytes);
  }

  boolean hasEnds() {
    return firstUntold != null;
  }

  /** The replies that tell the ends there are. */
  byte[] takeEnds() {
    int ends = 0;
    for (NumberedWait wait = firstUntold; wait != null; wait = wait.nextUntold) {
      ends++;
    }
    ByteBuffer told = ByteBuffer.allocate(ends * (1 + Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    for (NumberedWait wait = firstUntold; wait != null; wait = wait.nextUntold) {
      told.put((byte) Reply.STOP_WAITING).putLong(wait.number);
    }
    firstUntold = null;
    lastUntold = null;
    return told.array();
  }

  private final class NumberedWait extends Wait {
    /** An object, so that it can be looked up without memory. */
    final Long number;

    final int keyCount;
    final long bytes;
    @Nullable NumberedWait nextUntold;

    NumberedWait(Long number, int keyCount, long bytes) {
      this.number = number;
      this.keyCount = keyCount;
      this.bytes = bytes;
    }

    @Override
    protected void released(@Nullable Key queue) {
      pending.remove(number);
      hasEnded(this);
      NumberedWait last = lastUntold;
      lastUntold = this;
      if (last == null) {
        firstUntold = this;
        untold.run();
      } else {
        last.nextUntold = this;
      }
    }
  }
}
