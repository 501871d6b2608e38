package io.muster.store.internal.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.store.internal.keyspace.CommandLog;
import io.muster.store.internal.keyspace.StoreFullException;
import io.muster.store.internal.wire.LimitException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Several keyspaces of one thread, whose memory counts in the same budgets. */
class SharedBudgetTest {
  private static final byte[] KEY = "key".getBytes(StandardCharsets.US_ASCII);
  private static final int VALUE_BYTES = 16 << 20;

  private final ServerMemory memory = new ServerMemory(64L << 20);
  private final LastResort lastResort = new LastResort(System::nanoTime);
  private final ServerState first =
      new ServerState(
          SteppedLoop.LIMITS,
          memory,
          lastResort,
          JobKeys.empty(SteppedLoop.LIMITS, CommandLog::inMemory),
          System::nanoTime,
          null);
  private final ServerState second =
      new ServerState(
          SteppedLoop.LIMITS,
          memory,
          lastResort,
          JobKeys.empty(SteppedLoop.LIMITS, CommandLog::inMemory),
          System::nanoTime,
          null);
  private final StoredMemory.Contribution toFirst = new StoredMemory.Contribution();
  private final StoredMemory.Contribution toSecond = new StoredMemory.Contribution();

  private static void set(ServerState state, StoredMemory.Contribution by, byte[] value)
      throws LimitException, StoreFullException {
    state.stored.requireRoomToSet(by, KEY, value);
    state.keyspace.set(KEY, value);
    state.stored.settle(by);
  }

  @Test
  void storedBytes_ofTwoKeyspaces_areAddedUp() throws LimitException, StoreFullException {
    set(first, toFirst, new byte[1000]);
    set(second, toSecond, new byte[500]);

    assertThat(memory.stored.used())
        .isEqualTo(first.keyspace.heapBytes() + second.keyspace.heapBytes());
  }

  @Test
  void deletedKey_ofOneKeyspace_leavesTheBytesOfTheOther()
      throws LimitException, StoreFullException {
    set(first, toFirst, new byte[1000]);
    set(second, toSecond, new byte[500]);

    assertThat(first.keyspace.delete(KEY)).isTrue();
    first.stored.settle(toFirst);

    assertThat(memory.stored.used()).isEqualTo(second.keyspace.heapBytes());
  }

  @Test
  void write_thatFitsBesideNoOtherKeyspace_isRefused() throws LimitException, StoreFullException {
    set(first, toFirst, new byte[VALUE_BYTES]);

    assertThatExceptionOfType(LimitException.class)
        .isThrownBy(() -> set(second, toSecond, new byte[VALUE_BYTES]))
        .withMessageContaining("no memory for");
  }

  @Test
  void removedBytes_thatRepliesOfBothKeyspacesHold_areCountedForBoth() throws StoreFullException {
    pinRemovedValue(first);
    pinRemovedValue(second);

    assertThat(memory.transfers.budget().used())
        .isEqualTo(heldByReplies(first) + heldByReplies(second));
  }

  private static void pinRemovedValue(ServerState state) throws StoreFullException {
    state.keyspace.set(KEY, new byte[100_000]);
    ReplyPin pin = new ReplyPin(new NoClient());
    // More than is removed, so that a close look finds no less.
    state.pins.add(pin, state.keyspace.removedBytes(), 200_000);
    assertThat(state.keyspace.delete(KEY)).isTrue();
    state.pins.settle();
  }

  private static long heldByReplies(ServerState state) {
    return state.keyspace.removedBytes();
  }

  @Test
  void recount_reachesEachKeyspace() throws StoreFullException, LimitException {
    pinRemovedValue(first);
    keepValueThatAReplyRefersTo(second);
    long before = memory.transfers.budget().used();
    long room = memory.transfers.roomForMuch();

    new Holding(memory.transfers, new NoClient()).change(room + 1);

    assertThat(memory.transfers.budget().used()).isLessThan(before + room + 1);
  }

  /** Its bytes are counted until a close look, because others of the same length were removed. */
  private static void keepValueThatAReplyRefersTo(ServerState state) throws StoreFullException {
    byte[] kept = "kept".getBytes(StandardCharsets.US_ASCII);
    state.keyspace.set(kept, new byte[100_000]);
    ReplyPin pin = new ReplyPin(new NoClient());
    state.pins.add(pin, state.keyspace.removedBytes(), 100_000);
    Object value = state.keyspace.value(kept);
    assertThat(value).isNotNull();
    state.pins.refersOnlyTo(pin, kept, Objects.requireNonNull(value));
    state.keyspace.set(KEY, new byte[100_000]);
    assertThat(state.keyspace.delete(KEY)).isTrue();
    state.pins.settle();
  }
}
