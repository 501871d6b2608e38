package io.muster.store.server;

import static io.muster.fixtures.wire.RawClient.await;
import static io.muster.fixtures.wire.RawClient.blob;
import static io.muster.fixtures.wire.RawClient.i64;
import static io.muster.fixtures.wire.RawClient.keys;
import static io.muster.fixtures.wire.RawClient.set;

import io.muster.fixtures.Eventually;
import io.muster.fixtures.wire.RawClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fault B5: a connection whose waits have numbers, and what a hostile client does with it. */
class NumberedWaitsOnTheWireTest extends ServerTest {
  private static final String NUMBERED = "86" + keys("numbered-waits");
  private static final int MAX_WAITS = 16 * 1024;

  NumberedWaitsOnTheWireTest(ServerBackend backend) {
    super(backend);
  }

  private RawClient numbered() {
    return sayHello(connect());
  }

  private static RawClient sayHello(RawClient client) {
    client.send(NUMBERED);
    for (long left = client.readLong(); left > 0; left--) {
      byte[] unused = client.readBlob();
    }
    return client;
  }

  private static String observe(String... keys) {
    return "83" + keys(keys);
  }

  private static String awaitValues(String... keys) {
    return "84" + keys(keys);
  }

  private static String barrier(String key, long worldSize) {
    return "12" + blob(key) + i64(worldSize);
  }

  private static String item(String queue) {
    return "85" + blob(queue);
  }

  private static String push(String queue, String item) {
    return "0e" + blob(queue) + blob(item);
  }

  private static String end(long number) {
    return "87" + i64(number);
  }

  private static String released(long number) {
    return "00" + i64(number);
  }

  private static String withdrawn(long number) {
    return "01" + i64(number);
  }

  private static String refused(long number) {
    return "02" + i64(number);
  }

  private void expectWaits(int waits) {
    Eventually.assertThat(() -> server().statistics().waits()).isEqualTo(waits);
  }

  @Test
  void waits_endInAnyOrder_byNumber() {
    elsewhere(set("/there", "x"));
    try (RawClient client = numbered()) {
      client.send(observe("/a") + awaitValues("/b") + observe("/there") + observe("/a", "/c"));
      client.expect(released(2)).sync();
      expectWaits(3);

      elsewhere(set("/b", "x"));
      client.expect(released(1)).sync();
      elsewhere(set("/a", "x"));
      client.expect(released(0)).sync();
      elsewhere("0e" + blob("/c") + blob("item"));
      client.expect(released(3)).sync();
      expectWaits(0);
    }
  }

  @Test
  void waits_endedByOneRequest_areAllTold() {
    try (RawClient client = numbered()) {
      String expected = "";
      for (int i = 0; i < 100; i++) {
        client.send(observe("/a"));
        expected += released(i);
      }
      client.sync();

      elsewhere(set("/a", "x"));

      client.expect(expected).sync();
    }
  }

  @Test
  void wait_endedByItsOwnClient_isToldBehindTheReply() {
    try (RawClient client = numbered()) {
      client.send(observe("/a") + set("/a", "x")).expect(released(0)).sync();
    }
  }

  @Test
  void wait_endedAmidALongReply_isToldBehindIt() {
    String value = "v".repeat(8 << 20);
    elsewhere(set("/long", value));
    try (RawClient client = numbered()) {
      client.send(observe("/a") + "03" + blob("/long"));
      client.skip(100);
      elsewhere(set("/a", "x"));
      client.skip(Long.BYTES + value.length() - 100L).expect(released(0)).sync();
    }
  }

  @Test
  void wait_withdrawn_isConfirmedAndForgotten() {
    try (RawClient client = numbered()) {
      client.send(observe("/a") + awaitValues("/a", "/b") + end(0)).expect(withdrawn(0));
      expectWaits(1);
      client.send(end(1)).expect(withdrawn(1));
      expectWaits(0);

      elsewhere(set("/a", "x") + set("/b", "x"));
      client.sync().send(observe("/c") + end(2)).expect(withdrawn(2)).sync();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE})
  void end_ofAnUnknownNumber_isConfirmed(long number) {
    try (RawClient client = numbered()) {
      client.send(end(number) + observe("/a") + end(0) + end(0));
      client.expect(withdrawn(number) + withdrawn(0) + withdrawn(0)).sync();
      expectWaits(0);
    }
    try (RawClient client = connect()) {
      client.send(await("/a") + end(number)).expect(withdrawn(number)).sync();
      expectWaits(1);
    }
  }

  @Test
  void waitsBeyondTheLimit_areRefused_andTheOthersGoOn() {
    try (RawClient client = numbered()) {
      client.send(observe("/a").repeat(MAX_WAITS)).sync();
      client
          .send(observe("/a") + observe("/a"))
          .expect(refused(MAX_WAITS) + refused(MAX_WAITS + 1));
      client.send(end(7)).expect(withdrawn(7)).send(observe("/b")).sync();
      expectWaits(MAX_WAITS);

      elsewhere(set("/b", "x"));

      client.expect(released(MAX_WAITS + 2)).sync();
    }
    expectWaits(0);
  }

  @Test
  void waitsForMoreKeysThanTheLimit_areRefused_andTheOthersGoOn() {
    String[] many = new String[65_536];
    for (int i = 0; i < many.length; i++) {
      many[i] = "/" + i;
    }
    try (RawClient client = numbered()) {
      client.send(observe("/a") + observe(many) + observe(many) + observe("/a"));
      client.expect(refused(2)).sync();
      client.send(end(1)).expect(withdrawn(1)).send(observe(many)).sync();
      expectWaits(3);
    }
    expectWaits(0);
  }

  @Test
  void waitWithoutANumber_closesTheConnection() {
    try (RawClient client = numbered()) {
      client.send(observe("/a") + await("/a")).expectClosed();
    }
    expectWaits(0);
  }

  @Test
  void barriers_haveNumbers() {
    try (RawClient client = numbered();
        RawClient other = connect()) {
      client.send(observe("/a") + barrier("/b", 3) + barrier("/c", 2) + barrier("/one", 1));
      client.expect(released(3)).sync();
      other.send("12" + blob("/b") + i64(3)).sync();
      // The same client may come to a barrier more than once.
      client.send(barrier("/b", 3)).expect(released(4) + released(1)).sync();
      other.expect("00").sync();
      client.send(barrier("/b", 3)).expect(released(5)).sync();
      expectWaits(2);
    }
    expectWaits(0);
  }

  @Test
  void arrivalAtABarrier_withdrawnOrGone_doesNotCount() {
    try (RawClient other = connect()) {
      try (RawClient client = numbered()) {
        client.send(barrier("/b", 9) + barrier("/b", 9) + barrier("/c", 9)).sync();
        other.send("03" + blob("/b")).expect(blob("2"));
        client.send(end(0)).expect(withdrawn(0)).sync();
        other.send("03" + blob("/b")).expect(blob("1"));
        client.send(end(0) + end(2)).expect(withdrawn(0) + withdrawn(2)).sync();
        other.send("03" + blob("/b") + "03" + blob("/c")).expect(blob("1") + blob(""));
      }
      expectWaits(0);
      other.send("03" + blob("/b")).expect(blob("")).sync();
    }
  }

  @Test
  void barrierOnAValueThatIsNoNumber_isRefused_andTheOthersGoOn() {
    elsewhere(set("/text", "text"));
    try (RawClient client = numbered()) {
      client.send(observe("/a") + barrier("/text", 2) + barrier("/b", 2));
      client.expect(refused(1)).sync();
      expectWaits(2);
      client.send(barrier("/b", 2)).expect(released(3) + released(2)).sync();
    }
  }

  @Test
  void arrivalsBeyondTheLimit_areRefused_andDoNotCount() {
    try (RawClient client = numbered()) {
      client
          .send(observe("/a").repeat(MAX_WAITS))
          .send(barrier("/b", 2))
          .expect(refused(MAX_WAITS))
          .sync();
      client.send("05" + keys("/b")).expect("01").sync();
    }
  }

  @Test
  void waitsForItems_areWokenInTurn() {
    elsewhere(push("/there", "item"));
    try (RawClient client = numbered();
        RawClient other = numbered()) {
      client.send(item("/q") + item("/there") + item("/q")).expect(released(1)).sync();
      other.send(item("/q")).sync();
      expectWaits(3);

      elsewhere(push("/q", "first"));
      client.expect(released(0)).sync();
      elsewhere(set("/q", "no item") + push("/q", "second"));
      client.expect(released(2)).sync();
      other.sync();
      elsewhere(push("/q", "third"));
      other.expect(released(0)).sync();
      expectWaits(0);
    }
  }

  @Test
  void waitForAnItem_endedByTheClient_passesTheWakeUpOn() {
    try (RawClient client = numbered();
        RawClient other = numbered()) {
      client.send(item("/q") + item("/q")).sync();
      other.send(item("/q")).sync();
      elsewhere(push("/q", "item"));
      client.expect(released(0)).sync();

      // Nothing but the end of the wait says that the item was not taken.
      client.send(end(1)).expect(withdrawn(1)).sync();
      other.sync();
      client.send(end(0)).expect(withdrawn(0)).sync();
      other.expect(released(0)).sync();

      other.send("0f" + blob("/q") + end(0)).expect(i64(1) + blob("item") + withdrawn(0)).sync();
      expectWaits(0);
    }
  }

  @Test
  void waitForAnItem_passedOnToTheSameClient_isToldBeforeTheConfirmation() {
    try (RawClient client = numbered()) {
      client.send(item("/q") + item("/q")).sync();
      elsewhere(push("/q", "item"));
      client.expect(released(0)).send(end(0)).expect(withdrawn(0) + released(1)).sync();
      expectWaits(0);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clientGone_passesItsWakeUpsOn(boolean reset) {
    try (RawClient other = connect()) {
      RawClient client = numbered();
      client.send(item("/q") + item("/q") + observe("/a")).sync();
      other.send("85" + blob("/q")).sync();
      elsewhere(push("/q", "item"));
      client.expect(released(0)).sync();
      other.sync();

      if (reset) {
        client.reset();
      } else {
        client.close();
      }

      other.expect("00").sync();
    }
    expectWaits(0);
  }

  @Test
  void waitForAnItem_thatWasTaken_wakesNobodyWhenItEnds() {
    try (RawClient client = numbered();
        RawClient other = connect()) {
      client.send(item("/q") + item("/q")).sync();
      elsewhere(push("/q", "item"));
      client.expect(released(0)).sync();
      other.send("0f" + blob("/q")).expect(i64(1) + blob("item")).sync();

      client.send(end(0)).expect(withdrawn(0)).sync();

      expectWaits(1);
    }
  }

  @Test
  void waitsForItems_thatAreNotEnded_countInTheLimit() {
    try (RawClient client = numbered()) {
      client.send(item("/q").repeat(MAX_WAITS)).sync();
      elsewhere(push("/q", "item").repeat(2));
      client.expect(released(0) + released(1));
      client.send(observe("/a")).expect(refused(MAX_WAITS)).sync();
      client.send(end(0) + observe("/a")).expect(withdrawn(0) + released(2)).sync();
      expectWaits(MAX_WAITS - 2);
    }
    expectWaits(0);
  }

  @Test
  void hello_givesUpAWaitWithoutANumber() {
    try (RawClient client = connect()) {
      sayHello(client.send(await("/a")));
      expectWaits(0);
      sayHello(client).send(observe("/b") + end(0)).expect(withdrawn(0)).sync();
    }
  }

  @Test
  void clientThatDoesNotRead_costsNobodyAnything() {
    try (RawClient client = numbered()) {
      for (int round = 0; round < 20; round++) {
        String key = "/k" + round;
        client.send(observe(key).repeat(1000)).sync();
        elsewhere(set(key, "x"));
        client.skip(1000L * (1 + Long.BYTES));
      }
      client.send(observe("/a").repeat(MAX_WAITS));
      expectWaits(MAX_WAITS);
      client.send(observe("/there", "/a").repeat(1000));
      elsewhere(set("/a", "x"));
      elsewhere(set("/there", "x"));
    }
    expectWaits(0);
    Eventually.assertThat(() -> server().statistics().openConnections()).isEqualTo(0);
  }
}
