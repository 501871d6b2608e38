package io.muster.store.server;

import static io.muster.fixtures.wire.RawClient.CANCEL_WAIT;
import static io.muster.fixtures.wire.RawClient.STOP_WAITING;
import static io.muster.fixtures.wire.RawClient.WAIT_CANCELED;
import static io.muster.fixtures.wire.RawClient.blob;
import static io.muster.fixtures.wire.RawClient.i64;
import static io.muster.fixtures.wire.RawClient.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Eventually;
import io.muster.fixtures.wire.RawClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** BARRIER: arriving, leaving, and being let through. */
class BarrierOnTheWireTest extends ServerTest {
  private static final String COUNT = "03" + blob("/b");

  BarrierOnTheWireTest(ServerBackend backend) {
    super(backend);
  }

  private static String barrier(long worldSize) {
    return "12" + blob("/b") + i64(worldSize);
  }

  @Test
  void barrier_lastArrival_releasesAll() {
    try (RawClient first = connect();
        RawClient second = connect();
        RawClient third = connect()) {
      first.send(barrier(3)).sync();
      second.send(barrier(3)).sync();

      third.send(barrier(3) + COUNT).expect(STOP_WAITING + blob("3"));

      first.expect(STOP_WAITING).sync();
      second.expect(STOP_WAITING).sync();
    }
  }

  @Test
  void barrier_arrivalBeyondTheWorldSize_isLetThrough() {
    try (RawClient client = connect()) {
      client.send(set("/b", "2") + barrier(2) + COUNT).expect(STOP_WAITING + blob("3"));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 0, -1, Long.MIN_VALUE})
  void barrier_ofOneOrFewer_isLetThroughAtOnce(long worldSize) {
    try (RawClient client = connect()) {
      client.send(barrier(worldSize)).expect(STOP_WAITING).sync();
    }
  }

  @Test
  void barrier_cancelled_isNotCounted() {
    try (RawClient first = connect();
        RawClient second = connect()) {
      first.send(barrier(2)).sync().send(CANCEL_WAIT).expect(WAIT_CANCELED);

      second.send(barrier(2)).sync();
      first.send(barrier(2)).expect(STOP_WAITING);

      second.expect(STOP_WAITING);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void barrier_clientGone_isNotCounted(boolean reset) {
    RawClient gone = connect().send(barrier(2)).sync();
    if (reset) {
      gone.reset();
    } else {
      gone.close();
    }
    Eventually.assertThat(() -> server().statistics().waits()).isEqualTo(0);

    try (RawClient first = connect();
        RawClient second = connect()) {
      first.send("05" + RawClient.keys("/b")).expect("01");
      first.send(barrier(2)).sync();
      second.send(barrier(2)).expect(STOP_WAITING);
      first.expect(STOP_WAITING);
    }
  }

  @Test
  void barrier_replacedByAWait_isNotCounted() {
    try (RawClient client = connect()) {
      client.send(barrier(2) + RawClient.await("/k")).sync();

      client.send("05" + RawClient.keys("/b")).expect("01");
      assertThat(server().statistics().waits()).isEqualTo(1);
    }
  }

  @Test
  void barrier_enteredTwiceByOneClient_countsOnce() {
    try (RawClient client = connect();
        RawClient other = connect()) {
      client.send(barrier(2) + barrier(2)).sync().send(COUNT).expect(blob("1"));

      other.send(barrier(2)).expect(STOP_WAITING);

      client.expect(STOP_WAITING).sync();
    }
  }

  @Test
  void barrier_onAValueThatIsNoNumber_closesOnlyThatClient() {
    try (RawClient client = connect();
        RawClient other = connect()) {
      client.send(set("/b", "x") + barrier(2)).expectClosed();

      other.send(COUNT).expect(blob("x"));
    }
  }
}
