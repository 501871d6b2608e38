package io.muster.store.internal.serving;

import static io.muster.store.internal.serving.SteppedLoop.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.serving.FakeSocket.Request;
import io.muster.store.internal.serving.Faults.Step;
import io.muster.store.internal.wire.WireLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever is thrown at any step of the event loop ends at most the connection it was thrown for;
 * the others are served. Fault A1.
 *
 * <p>The steps are the calls of the loop on its poller and its sockets, which are fakes here.
 * {@link ThreadedFailureTest} does the same for the threaded backend.
 */
class EventLoopFailureTest {
  private static final Request PING = to -> to.ping(7);
  private static final String PONG = "07000000";
  private static final byte[] UNKNOWN_OPCODE = {(byte) 0xff};

  private final SteppedLoop loop = new SteppedLoop();
  private final FakeSocket other = loop.connect("other");

  private static List<Throwable> failures() {
    return List.of(
        new OutOfMemoryError("as the test wants"),
        new StackOverflowError("as the test wants"),
        new NoClassDefFoundError("as the test wants"),
        new IllegalStateException("as the test wants"),
        new IOException("as the test wants"));
  }

  private void assertServed(FakeSocket client) {
    client.send(PING);
    loop.settle();
    assertThat(client.received()).isEqualTo(PONG);
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"WATCH", "READ", "WRITE", "SET_INTEREST", "ADDRESS", "CLOSE"})
  void anyFailure_ofOneSocket_leavesTheOthersServed(Step step) {
    for (Throwable failure : failures()) {
      FakeSocket victim = loop.arrive("victim");
      victim.faults.at(step, failure);
      victim.send(PING);
      if (step == Step.SET_INTEREST) {
        victim.takeNothing();
      }
      victim.send(UNKNOWN_OPCODE);
      loop.settle();

      assertServed(other);
      victim.takeEverything();
      loop.settle();
      assertThat(victim.isClosed()).as("closed after " + failure).isTrue();
      assertThat(loop.state().openConnections()).isEqualTo(1);
      assertServed(loop.connect("next"));
      assertServed(other);
      disconnectAllBut(other);
    }
  }

  /** The address is read for the log only. */
  @Test
  void anyFailure_ofTheAddressOfARefusedClient_doesNotPauseAccepting() {
    for (Throwable failure : failures()) {
      SteppedLoop full =
          new SteppedLoop(new ServingLimits(WireLimits.PYTORCH, 1, Long.MAX_VALUE, 1L << 30));
      FakeSocket first = full.connect("first");
      FakeSocket refused = full.arrive("refused");
      refused.faults.at(Step.ADDRESS, failure);

      full.settle();

      assertThat(refused.isClosed()).as("closed after " + failure).isTrue();
      assertThat(full.poller.isAccepting()).isTrue();
      first.send(PING);
      full.settle();
      assertThat(first.received()).isEqualTo(PONG);
    }
  }

  private void disconnectAllBut(FakeSocket client) {
    loop.poller.clients().filter(each -> each != client).forEach(FakeSocket::endInput);
    loop.settle();
    assertThat(loop.state().openConnections()).isEqualTo(1);
  }

  /** The thread of the transport catches what an iteration throws, and begins the next. */
  @Test
  void anyFailure_ofThePoll_endsTheIterationOnly() {
    for (Throwable failure : failures()) {
      other.send(PING);
      loop.poller.faults.at(Step.POLL, failure);

      assertThat(loop.failureOfRunOnce()).isSameAs(failure);

      loop.poller.faults.none();
      loop.settle();
      assertThat(other.received()).isEqualTo(PONG);
    }
  }

  /** The clients were served already, and get their replies with the next iteration. */
  @Test
  void anyFailure_ofThePollWhileRepliesAreHeld_losesNone() {
    for (Throwable failure : failures()) {
      other.send(PING);
      other.onNextRead(() -> loop.poller.faults.at(Step.POLL, failure));

      assertThat(loop.failureOfRunOnce()).isSameAs(failure);

      loop.poller.faults.none();
      loop.poller.events.clear();
      loop.runOnce();
      assertThat(loop.poller.events).first().isEqualTo("look");
      assertThat(other.received()).isEqualTo(PONG);
    }
  }

  @Test
  void anyFailure_ofAccepting_pausesIt() {
    for (Throwable failure : failures()) {
      FakeSocket next = loop.arrive("next");
      loop.poller.faults.at(Step.ACCEPT, failure);
      loop.runOnce();
      assertThat(loop.poller.isAccepting()).isFalse();
      loop.poller.faults.none();
      assertServed(other);
      loop.passNanos(TimeUnit.MILLISECONDS.toNanos(99));
      loop.settle();
      assertThat(loop.poller.isAccepting()).isFalse();

      loop.passNanos(TimeUnit.MILLISECONDS.toNanos(1));
      loop.settle();
      assertThat(loop.poller.isAccepting()).isTrue();
      loop.settle();

      assertServed(next);
    }
  }

  @Test
  void anyFailure_ofPausingAndResuming_isRetried() {
    for (Throwable failure : failures()) {
      FakeSocket next = loop.arrive("next");
      loop.poller.faults.at(Step.ACCEPT, failure);
      loop.runOnce();
      loop.poller.faults.at(Step.SET_ACCEPTING, failure);
      loop.passNanos(TimeUnit.SECONDS.toNanos(1));

      assertThat(loop.failureOfRunOnce()).isSameAs(failure);

      assertThat(loop.poller.isAccepting()).isFalse();
      loop.poller.faults.none();
      loop.runOnce();
      assertThat(loop.poller.isAccepting()).isTrue();
      loop.settle();
      assertServed(next);
    }
  }

  /** From 1,536 waiters on, several threads send the wake-ups. */
  @ParameterizedTest
  @ValueSource(ints = {3, 1_600})
  void waiters_ofWhomOneCannotBeWoken_areAllReleasedButThat(int count) {
    for (Throwable failure : failures()) {
      List<FakeSocket> waiters = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        FakeSocket waiter = loop.arrive("waiter");
        waiter.send(to -> to.await(List.of(bytes("k"))));
        waiters.add(waiter);
      }
      loop.settle();
      FakeSocket deaf = waiters.remove(count / 2);
      deaf.faults.at(Step.WRITE, failure);

      other.send(to -> to.set(bytes("k"), bytes("v")), to -> to.deleteKey(bytes("k")));
      loop.settle();

      assertThat(other.received()).isEqualTo("0100000000000000");
      assertThat(waiters).allMatch(waiter -> waiter.received().equals("00"));
      assertThat(waiters).noneMatch(FakeSocket::isClosed);
      assertThat(deaf.isClosed()).isTrue();
      disconnectAllBut(other);
    }
  }

  @Test
  void waiterWithNumbers_thatCannotBeWoken_isDisconnectedAlone() {
    for (Throwable failure : failures()) {
      FakeSocket deaf = loop.connectWithNumberedWaits("deaf");
      deaf.send(to -> to.observe(List.of(bytes("k"))));
      loop.settle();
      deaf.faults.at(Step.WRITE, failure);

      other.send(to -> to.set(bytes("k"), bytes("v")), to -> to.deleteKey(bytes("k")));
      loop.settle();

      assertThat(other.received()).isEqualTo("0100000000000000");
      assertThat(deaf.isClosed()).isTrue();
      assertThat(loop.state().openConnections()).isEqualTo(1);
    }
  }
}
