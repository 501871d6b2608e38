package io.muster.store.internal.serving;

import static io.muster.store.internal.serving.SteppedLoop.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.serving.EventLoopConnection.State;
import io.muster.store.internal.serving.FakeSocket.Request;
import io.muster.store.internal.serving.Faults.Step;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The states of a connection of the event loop, and what leads from one to the next. */
class ConnectionStateTest {
  private static final Request PING = to -> to.ping(7);
  private static final String PONG = "07000000";
  private static final byte[] UNKNOWN_OPCODE = {(byte) 0xff};

  private final SteppedLoop loop = new SteppedLoop();
  private final FakeSocket first = loop.connect("first");
  private final FakeSocket second = loop.connect("second");
  private final FakeSocket setter = loop.connect("setter");
  private final FakeSocket client = loop.connect("client");

  private void assertState(State state) {
    assertThat(client.connection().state()).isEqualTo(state);
    assertThat(client.isClosed()).isEqualTo(state == State.CLOSED);
  }

  @Test
  void states_becomeWhatTheirPictureShows() {
    List<String> legal = new ArrayList<>();
    for (State from : State.values()) {
      for (State to : State.values()) {
        if (from.canBecome(to)) {
          legal.add(from + " " + to);
        }
      }
    }

    assertThat(legal)
        .containsExactly(
            "OPEN AWAITS_COMMIT",
            "OPEN HALF_CLOSED",
            "OPEN DRAINING",
            "AWAITS_COMMIT OPEN",
            "AWAITS_COMMIT DRAINING",
            "HALF_CLOSED DRAINING",
            "HALF_CLOSED CLOSED",
            "DRAINING CLOSED");
  }

  @Test
  void open_staysOpen_whileTheClientIsServed() {
    client.takeNothing();
    client.send(PING);
    loop.settle();
    assertState(State.OPEN);

    client.takeEverything();
    loop.settle();
    assertState(State.OPEN);
  }

  /** Two others are closed before, one per iteration. */
  private void halfCloseAfterTwoOthers() {
    client.send(to -> to.await(List.of(bytes("k"))));
    loop.settle();
    loop.slowDown(DeferredTurns.SLICE_NANOS + 1);
    first.endInput();
    second.endInput();
    client.endInput();
    loop.runOnce();
    assertState(State.HALF_CLOSED);
  }

  @Test
  void open_whoseInputEnds_isHalfClosed_andClosedInADeferredTurn() {
    halfCloseAfterTwoOthers();

    loop.runOnce();
    assertState(State.HALF_CLOSED);
    loop.runOnce();
    assertState(State.CLOSED);
  }

  @Test
  void halfClosed_isSentWakeUps() {
    halfCloseAfterTwoOthers();
    setter.send(to -> to.set(bytes("k"), bytes("v")));

    loop.runOnce();

    assertState(State.HALF_CLOSED);
    assertThat(client.received()).isEqualTo("00");
  }

  @Test
  void halfClosed_withoutRoomForAWakeUp_isClosedWhenItIsSent() {
    client.takeNothing();
    halfCloseAfterTwoOthers();
    setter.send(to -> to.set(bytes("k"), bytes("v")));
    loop.settle();
    assertState(State.HALF_CLOSED);

    client.takeEverything();
    loop.settle();

    assertThat(client.received()).isEqualTo("00");
    assertState(State.CLOSED);
  }

  @Test
  void halfClosed_thatCannotBeWoken_isDraining() {
    halfCloseAfterTwoOthers();
    client.faults.at(Step.WRITE, new IOException("as the test wants"));
    setter.send(to -> to.set(bytes("k"), bytes("v")));

    loop.runOnce();

    assertState(State.DRAINING);
    loop.runOnce();
    assertState(State.CLOSED);
  }

  @Test
  void open_thatBreaksTheProtocol_isDraining_andClosedWhenItsRepliesAreSent() {
    client.takeNothing();
    client.send(PING);
    client.send(UNKNOWN_OPCODE);
    client.send(PING);

    loop.settle();

    assertState(State.DRAINING);
    assertThat(loop.state().statistics().brokenConnections()).isEqualTo(1);
    client.takeEverything();
    loop.settle();
    assertThat(client.received()).isEqualTo(PONG);
    assertState(State.CLOSED);
  }

  @Test
  void open_whoseSocketFails_isDraining_andClosedInADeferredTurn() {
    loop.slowDown(DeferredTurns.SLICE_NANOS + 1);
    first.endInput();
    client.faults.at(Step.READ, new IOException("as the test wants"));
    client.send(PING);

    loop.runOnce();
    assertState(State.DRAINING);
    loop.runOnce();
    assertState(State.CLOSED);
  }

  @Test
  void closed_isReportedToNobody() {
    client.endInput();
    loop.settle();

    client.connection().ready(true, true);

    assertState(State.CLOSED);
    assertThat(loop.state().openConnections()).isEqualTo(3);
  }
}
