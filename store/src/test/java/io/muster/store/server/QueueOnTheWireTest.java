package io.muster.store.server;

import static io.muster.fixtures.wire.RawClient.CANCEL_WAIT;
import static io.muster.fixtures.wire.RawClient.STOP_WAITING;
import static io.muster.fixtures.wire.RawClient.WAIT_CANCELED;
import static io.muster.fixtures.wire.RawClient.await;
import static io.muster.fixtures.wire.RawClient.blob;
import static io.muster.fixtures.wire.RawClient.i64;
import static io.muster.fixtures.wire.RawClient.set;

import io.muster.fixtures.wire.RawClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is woken by an item in a queue. */
class QueueOnTheWireTest extends ServerTest {
  private static final String PUSH = "0e" + blob("/q") + blob("x");
  private static final String POP = "0f" + blob("/q");
  private static final String POPPED = i64(1) + blob("x");
  private static final String EMPTY = i64(0);

  QueueOnTheWireTest(ServerBackend backend) {
    super(backend);
  }

  @Test
  void push_severalWait_wakesOnlyTheFirst() {
    try (RawClient first = connect();
        RawClient second = connect()) {
      first.send(await("/q")).sync();
      second.send(await("/q")).sync();

      elsewhere(PUSH);

      first.expect(STOP_WAITING).send(POP).expect(POPPED);
      second.sync();
      elsewhere(PUSH);
      second.expect(STOP_WAITING).send(POP).expect(POPPED);
    }
  }

  @Test
  void push_clientThatWaitsForSomethingElseNow_doesNotWakeIt() {
    try (RawClient client = connect()) {
      client.send(await("/q")).sync();
      elsewhere(PUSH);
      client.expect(STOP_WAITING).send(POP).expect(POPPED);
      client.send(await("/k")).sync();

      elsewhere(PUSH);

      client.sync();
      elsewhere(set("/k", "v"));
      client.expect(STOP_WAITING).sync();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void wokenPopper_disconnects_passesTheWakeUpOn(boolean reset) {
    RawClient first = connect();
    try (RawClient second = connect()) {
      first.send(await("/q")).sync();
      second.send(await("/q")).sync();
      elsewhere(PUSH);
      first.expect(STOP_WAITING);

      if (reset) {
        first.reset();
      } else {
        first.close();
      }

      second.expect(STOP_WAITING).send(POP).expect(POPPED);
    }
  }

  @Test
  void wokenPopper_doesSomethingElse_passesTheWakeUpOn() {
    try (RawClient first = connect();
        RawClient second = connect()) {
      first.send(await("/q")).sync();
      second.send(await("/q")).sync();
      elsewhere(PUSH);

      first.send(CANCEL_WAIT).expect(STOP_WAITING + WAIT_CANCELED);

      second.expect(STOP_WAITING).send(POP).expect(POPPED);
    }
  }

  @Test
  void wokenPopper_breaksTheProtocol_passesTheWakeUpOn() {
    try (RawClient first = connect();
        RawClient second = connect()) {
      first.send(await("/q")).sync();
      second.send(await("/q")).sync();
      elsewhere(PUSH);

      first.expect(STOP_WAITING).send("ff").expectClosed();

      second.expect(STOP_WAITING).send(POP).expect(POPPED);
    }
  }

  @Test
  void wokenPopper_itemTakenByARival_findsTheQueueEmpty() {
    try (RawClient woken = connect();
        RawClient rival = connect();
        RawClient next = connect()) {
      woken.send(await("/q")).sync();
      next.send(await("/q")).sync();
      rival.send(PUSH + POP).expect(POPPED);

      woken.expect(STOP_WAITING).send(POP).expect(EMPTY);

      next.sync();
    }
  }

  @Test
  void queue_besideAKeyOfItsName_isAnotherThing() {
    try (RawClient client = connect()) {
      client.send(PUSH + "07").expect(i64(0));
      client.send(set("/q", "v") + "03" + blob("/q")).expect(blob("v"));
      client.send("08" + blob("/q") + "10" + blob("/q")).expect(i64(1) + i64(1));
      client.send("05" + RawClient.keys("/q")).expect("00");
      client.send(POP + POP).expect(POPPED + EMPTY);
      client.send("05" + RawClient.keys("/q")).expect("01");
    }
  }
}
