package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.Command;
import io.muster.store.internal.keyspace.Key;
import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.keyspace.Waiter;
import io.muster.store.internal.keyspace.WaiterRegistry;
import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.Reply;
import io.muster.store.internal.wire.WireException;
import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The waits of one client, and the replies and wake-ups that end them. By default at most one wait
 * is pending, and a new one replaces it. A client that asks for {@link NumberedWaits} has many.
 *
 * <p>The end of a wait is a reply if a request of the client itself ends it, and a wake-up if
 * another client does. It is never sent in the middle of a long reply.
 */
final class ClientWaits {
  private static final byte[] NONE = {};

  /** The condition that a wait is for. */
  enum Until {
    /** Each key has a value or a queued item. An item that ends the wait wakes no other waiter. */
    PRESENT {
      @Override
      boolean isMet(Keyspace keyspace, byte[] key) {
        return keyspace.isPresent(key);
      }

      @Override
      void register(WaiterRegistry registry, Waiter waiter, List<Key> missing) {
        registry.registerForPresence(waiter, missing);
      }
    },

    /** Each key has a value or a queued item, and the client will not pop. */
    OBSERVED {
      @Override
      boolean isMet(Keyspace keyspace, byte[] key) {
        return keyspace.isPresent(key);
      }

      @Override
      void register(WaiterRegistry registry, Waiter waiter, List<Key> missing) {
        registry.registerAsObserver(waiter, missing);
      }
    },

    /** All keys have values. */
    VALUES {
      @Override
      boolean isMet(Keyspace keyspace, byte[] key) {
        return keyspace.hasValue(key);
      }

      @Override
      void register(WaiterRegistry registry, Waiter waiter, List<Key> missing) {
        registry.registerForValues(waiter, missing);
      }
    },

    /** The queue has an item. */
    ITEM {
      @Override
      boolean isMet(Keyspace keyspace, byte[] key) {
        return keyspace.queueLength(key) > 0;
      }

      @Override
      void register(WaiterRegistry registry, Waiter waiter, List<Key> missing) {
        registry.registerForItem(waiter, missing.get(0));
      }
    };

    abstract boolean isMet(Keyspace keyspace, byte[] key);

    abstract void register(WaiterRegistry registry, Waiter waiter, List<Key> missing);
  }

  private final ServerState state;
  private final ReplySink client;
  private final LongReply longReply;

  /** The memory of the wait that has no number. */
  private final Holding memory;

  /** Whether a request of this client is being served. */
  private boolean serving;

  /** The wait that has no number. */
  private @Nullable PendingWait pending;

  /** The last wait for a change, whether it is over or not. */
  private @Nullable PendingWait forChange;

  /** The waits that have numbers, of a client that asked for that. */
  private @Nullable NumberedWaits numbered;

  /** The wait at a barrier whose arrival is not applied yet. */
  private @Nullable PendingWait arriving;

  /** Whether the end of a wait is still to be written, after the long reply. */
  private boolean endUnwritten;

  /** Why the end of the client's own wait could not be written, amid the request that ended it. */
  private @Nullable Throwable endFailure;

  /**
   * The queue whose push ended the wait, until the next request shows whether it takes the item.
   */
  private @Nullable Key wokenBy;

  /** {@link #wokenBy} before the request that is being served. */
  private @Nullable Key offered;

  ClientWaits(ServerState state, ReplySink client, LongReply longReply) {
    this.state = state;
    this.client = client;
    this.longReply = longReply;
    this.memory = new Holding(state.memory.waits, client);
  }

  /** A request of the client begins: until {@link #endRequest} the ends of waits are replies. */
  void beginRequest() {
    offered = wokenBy;
    serving = true;
  }

  /** The request is served or has failed. */
  void endRequest() {
    serving = false;
  }

  /**
   * Writes the ends of waits that ended during the request, and passes on a wake-up that the
   * request has not used.
   */
  void settle() throws IOException {
    Throwable failure = endFailure;
    if (failure != null) {
      throw new IOException("the end of the client's own wait could not be written", failure);
    }
    replyNumberedEnds();
    if (offered != null && offered.equals(wokenBy)) {
      passOnWakeUp();
    }
  }

  /** A long reply is written: writes the ends that were to follow it. */
  void settleAfterLongReply() throws IOException {
    if (endUnwritten) {
      endUnwritten = false;
      reply().putByte(Reply.STOP_WAITING);
    }
    replyNumberedEnds();
  }

  /** From now on the client's waits have numbers. */
  void number() {
    if (numbered == null) {
      giveUp();
      numbered = new NumberedWaits(state, client, this::numberedWaitEnded);
    }
  }

  /** Whether the client's waits have numbers, so that {@link #takeEnds} returns their ends. */
  boolean areNumbered() {
    return numbered != null;
  }

  /** The replies for ended waits with numbers; empty in the middle of a long reply. */
  byte[] takeEnds() {
    NumberedWaits waits = numbered;
    return waits != null && waits.hasEnds() && !longReply.isWriting() ? waits.takeEnds() : NONE;
  }

  /** Begins a wait without a number that {@link #changed} ends. */
  void beginForChange() throws IOException {
    requireNoNumbers();
    giveUp();
    PendingWait wait = new PendingWait(null);
    pending = wait;
    forChange = wait;
  }

  /** Whether a wait for a change is pending. */
  boolean awaitsChange() {
    return pending != null && pending == forChange;
  }

  /** Ends the wait for a change, if there is one. */
  void changed() {
    PendingWait wait = forChange;
    forChange = null;
    if (wait != null && wait == pending) {
      wait.released(null);
    }
  }

  private void requireNoNumbers() throws WireException {
    if (numbered != null) {
      throw new WireException("a wait without a number on a connection where waits have numbers");
    }
  }

  /** Begins a wait without a number, and replies at once if nothing is missing. */
  void beginUnnumbered(List<byte[]> keys, Until until) throws IOException {
    requireNoNumbers();
    giveUp();
    List<Key> missing = missing(keys, until);
    if (missing.isEmpty()) {
      reply().putByte(Reply.STOP_WAITING);
      return;
    }
    memory.change(bytesToWaitFor(missing));
    PendingWait wait = new PendingWait(null);
    until.register(state.waiters, wait, missing);
    pending = wait;
  }

  /** Begins a wait, with a number if the client's waits have any. */
  void begin(List<byte[]> keys, Until until) throws IOException {
    NumberedWaits waits = numbered;
    if (waits == null) {
      beginUnnumbered(keys, until);
      return;
    }
    long number = waits.takeNumber();
    List<Key> missing = missing(keys, until);
    if (missing.isEmpty()) {
      replyEnd(Reply.STOP_WAITING, number);
      return;
    }
    try {
      waits.begin(
          number,
          missing.size(),
          bytesToWaitFor(missing),
          wait -> until.register(state.waiters, wait, missing));
    } catch (LimitException e) {
      // The client's other waits go on.
      replyEnd(Reply.WAIT_REFUSED, number);
    }
  }

  /**
   * Begins an arrival at a barrier. The caller submits its command next, and calls {@link #arrived}
   * when that was applied.
   *
   * @return false if the arrival is refused; the client has been sent the refusal
   */
  boolean beginArrival(StoredMemory.Contribution contribution, byte[] barrier) throws IOException {
    NumberedWaits waits = numbered;
    if (waits == null) {
      giveUp();
      state.stored.requireRoomToAdd(contribution, barrier);
      memory.change(ServerMemory.WAIT_FOR_KEY + (long) barrier.length);
      arriving = new PendingWait(barrier);
      return true;
    }
    long number = waits.takeNumber();
    try {
      state.stored.requireRoomToAdd(contribution, barrier);
      waits.beginArrival(number, barrier);
      return true;
    } catch (LimitException e) {
      // The client's other waits go on.
      replyEnd(Reply.WAIT_REFUSED, number);
      return false;
    }
  }

  /**
   * The arrival was applied. The client waits, unless this arrival was the last.
   *
   * @param arrival may have failed if the waits have numbers
   */
  void arrived(Command.Arrive arrival) throws IOException {
    NumberedWaits waits = numbered;
    if (waits == null) {
      PendingWait wait = Objects.requireNonNull(arriving);
      arriving = null;
      if (arrival.mustWait()) {
        state.waitAtBarrier(wait, arrival.barrier());
        pending = wait;
      } else {
        memory.giveBack();
        reply().putByte(Reply.STOP_WAITING);
      }
    } else if (arrival.mustWait()) {
      waits.arrived();
    } else {
      // After a failure the client's other waits go on.
      replyEnd(
          arrival.failure() == null ? Reply.STOP_WAITING : Reply.WAIT_REFUSED, waits.endArrival());
    }
  }

  /** Ends a wait that has a number. The client gets a reply even if the wait has ended before. */
  void end(long number) throws IOException {
    replyNumberedEnds();
    if (numbered != null) {
      numbered.end(number);
    }
    replyEnd(Reply.WAIT_CANCELED, number);
  }

  /** Gives up the wait that has no number. */
  void giveUp() {
    PendingWait wait = pending;
    if (wait != null) {
      pending = null;
      wait.giveUp();
      memory.giveBack();
    }
  }

  /** Gives up all waits. {@link #passOnWakeUps} is still to be called. */
  void giveUpAll() {
    giveUp();
    memory.giveBack();
    if (numbered != null) {
      numbered.endAll();
    }
  }

  /** The client pops, so it has used the wake-up if it was woken by this queue. */
  void popped(byte[] queue) {
    if (wokenBy != null && Arrays.equals(wokenBy.bytes(), queue)) {
      wokenBy = null;
    }
  }

  /** Wakes others in place of a client that has disconnected and may not have taken its items. */
  void passOnWakeUps() {
    passOnWakeUp();
    if (numbered != null) {
      numbered.passOnWakeUps();
    }
  }

  private void passOnWakeUp() {
    Key queue = wokenBy;
    wokenBy = null;
    state.passOnWakeUp(queue);
  }

  private List<Key> missing(List<byte[]> keys, Until until) {
    List<Key> missing = List.of();
    for (int i = 0; i < keys.size(); i++) {
      byte[] key = keys.get(i);
      if (!until.isMet(state.keyspace, key)) {
        if (missing.isEmpty()) {
          missing = new ArrayList<>(keys.size() - i);
        }
        missing.add(new Key(key));
      }
    }
    return missing;
  }

  private static long bytesToWaitFor(List<Key> keys) {
    long bytes = 0;
    for (int i = 0; i < keys.size(); i++) {
      bytes += ServerMemory.WAIT_FOR_KEY + (long) keys.get(i).bytes().length;
    }
    return bytes;
  }

  private WireOutput reply() {
    return client.replies();
  }

  private void replyEnd(int how, long number) throws IOException {
    reply().putByte(how);
    reply().putLong(number);
  }

  private void replyNumberedEnds() throws IOException {
    byte[] ends = takeEnds();
    if (ends.length > 0) {
      reply().putBytes(ends, 0, ends.length);
    }
  }

  /** The end of a wait with a number is the first that is unsent. */
  private void numberedWaitEnded() {
    if (!serving && !longReply.isWriting()) {
      client.sendWakeup();
    }
  }

  private void waitEnded() {
    if (longReply.isWriting()) {
      endUnwritten = true;
      return;
    }
    if (!serving) {
      client.sendWakeup();
      return;
    }
    try {
      reply().putByte(Reply.STOP_WAITING);
    } catch (Throwable e) {
      // The failure of this client must not affect other clients that wait for the same key.
      endFailure = e;
    }
  }

  /** The wait that has no number, for keys or at a barrier. */
  private final class PendingWait extends Waiter {
    private final byte @Nullable [] barrier;

    PendingWait(byte @Nullable [] barrier) {
      this.barrier = barrier;
    }

    void giveUp() {
      state.giveUp(this, barrier);
    }

    @Override
    protected void released(@Nullable Key queue) {
      pending = null;
      memory.giveBack();
      wokenBy = mayConsumeItem() ? queue : null;
      waitEnded();
    }
  }
}
