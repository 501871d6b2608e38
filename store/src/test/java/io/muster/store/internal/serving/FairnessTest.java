package io.muster.store.internal.serving;

import static io.muster.store.internal.serving.SteppedLoop.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.serving.FakeSocket.Request;
import io.muster.store.internal.wire.Opcode;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Clients with much to do do not hold up the others of an event loop. */
class FairnessTest {
  private static final Request PING = to -> to.ping(7);
  private static final int PONG_BYTES = 4;

  /** They fit into one read, and their replies into one reply buffer. */
  private static final int MANY = 15_000;

  private final SteppedLoop loop = new SteppedLoop();
  private final FakeSocket busy = loop.connect("busy");
  private final FakeSocket other = loop.connect("other");

  private static Request[] pings(int count) {
    Request[] pings = new Request[count];
    Arrays.fill(pings, PING);
    return pings;
  }

  /** What {@code busy} had been sent, and had been served, when {@code other} was served. */
  private record Served(int bytes, long pings) {}

  private Served whenTheOtherIsServed() {
    AtomicLong pings = new AtomicLong(-1);
    AtomicLong bytes = new AtomicLong();
    other.send(PING);
    other.onNextRead(
        () -> {
          pings.set(loop.served(Opcode.PING));
          bytes.set(busy.unreceived());
        });
    loop.runOnce();
    assertThat(pings).as("the other client was served").doesNotHaveValue(-1);
    return new Served(bytes.intValue(), pings.get());
  }

  @Test
  void manySmallRequests_takeATurnOfBoundedWork() {
    busy.send(pings(MANY));

    Served served = whenTheOtherIsServed();

    assertThat(served.pings()).isBetween(1_000L, (long) Session.WORK_A_TURN);
    loop.settle();
    assertThat(busy.unreceived()).isEqualTo(MANY * PONG_BYTES);
  }

  /** Besides the turn that the client was ready for, there is one deferred turn per iteration. */
  @Test
  void manySmallRequests_takeOneDeferredTurnPerIteration() {
    busy.send(pings(MANY));

    loop.runOnce();

    long first = loop.served(Opcode.PING);
    assertThat(first).isBetween(2_000L, MANY - 1_000L);
    loop.runOnce();
    assertThat(loop.served(Opcode.PING)).isGreaterThan(first);
  }

  @Test
  void longReply_isSentInTurnsOfBoundedLength() {
    int length = 4 << 20;
    busy.send(to -> to.set(bytes("k"), new byte[length]));
    loop.settle();
    busy.send(to -> to.get(bytes("k")));

    Served served = whenTheOtherIsServed();

    assertThat(served.bytes()).isBetween(64 * 1024, length / 4);
    loop.settle();
    assertThat(busy.unreceived()).isEqualTo(Long.BYTES + length);
  }

  /** It is a turn of its own, after those of clients that are ready. */
  @Test
  void requestOfManyKeys_isServedAfterTheClientsThatAreReady() {
    List<byte[]> keys = IntStream.range(0, 4_000).mapToObj(i -> bytes("key" + i)).toList();
    busy.send(to -> to.check(keys));
    other.send(PING);

    loop.settle();

    assertThat(loop.poller.events.indexOf("write busy"))
        .isGreaterThan(loop.poller.events.indexOf("write other"));
    assertThat(busy.received()).isEqualTo("01");
  }

  @Test
  void disconnects_areCleanedUp_inSlicesOfTime() {
    FakeSocket third = loop.connect("third");
    loop.slowDown(DeferredTurns.SLICE_NANOS + 1);
    busy.endInput();
    other.endInput();
    third.endInput();

    loop.runOnce();
    assertThat(loop.state().openConnections()).isEqualTo(2);
    loop.runOnce();
    assertThat(loop.state().openConnections()).isEqualTo(1);
    loop.runOnce();
    assertThat(loop.state().openConnections()).isZero();
    assertThat(List.of(busy, other, third)).allMatch(FakeSocket::isClosed);
  }

  @Test
  void disconnects_withinASliceOfTime_areCleanedUpTogether() {
    loop.slowDown(DeferredTurns.SLICE_NANOS / 3);
    busy.endInput();
    other.endInput();

    loop.runOnce();

    assertThat(loop.state().openConnections()).isZero();
  }

  @Test
  void whileTurnsAreDeferred_thePollDoesNotBlock() {
    FakeSocket third = loop.connect("third");
    loop.slowDown(DeferredTurns.SLICE_NANOS + 1);
    busy.endInput();
    third.endInput();
    loop.runOnce();
    loop.poller.events.clear();
    other.send(PING);

    loop.runOnce();

    assertThat(loop.poller.events).startsWith("look", "read other");
  }
}
