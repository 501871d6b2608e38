package io.muster.store.server;

import static io.muster.fixtures.wire.RawClient.CANCEL_WAIT;
import static io.muster.fixtures.wire.RawClient.STOP_WAITING;
import static io.muster.fixtures.wire.RawClient.WAIT_CANCELED;
import static io.muster.fixtures.wire.RawClient.add;
import static io.muster.fixtures.wire.RawClient.await;
import static io.muster.fixtures.wire.RawClient.blob;
import static io.muster.fixtures.wire.RawClient.i64;
import static io.muster.fixtures.wire.RawClient.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Eventually;
import io.muster.fixtures.wire.RawClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a waiting client sees, and when. */
@Tag("slow")
class WaitOnTheWireIT extends ServerTest {
  WaitOnTheWireIT(ServerBackend backend) {
    super(backend);
  }

  static Arguments[] writes() {
    return new Arguments[] {
      Arguments.of("SET", set("/k", "v"), ""),
      Arguments.of("ADD", add("/k", 1), i64(1)),
      Arguments.of("APPEND", "09" + blob("/k") + blob("v"), ""),
      Arguments.of("MULTI_SET", "0b" + i64(1) + blob("/k") + blob("v"), ""),
      Arguments.of("COMPARE_SET", "02" + blob("/k") + blob("") + blob("v"), blob("v")),
      Arguments.of("QUEUE_PUSH", "0e" + blob("/k") + blob("v"), ""),
    };
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("writes")
  void wait_keyWritten_isReleased(String name, String write, String reply) {
    try (RawClient waiter = connect();
        RawClient writer = connect()) {
      waiter.send(await("/k")).sync();

      writer.send(write).expect(reply);

      waiter.expect(STOP_WAITING).sync();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("writes")
  void wait_keyWrittenByTheWaiterItself_isReleasedBeforeTheReply(
      String name, String write, String reply) {
    try (RawClient client = connect()) {
      client.send(await("/k") + write).expect(STOP_WAITING + reply).sync();
    }
  }

  @Test
  void wait_compareSetThatStoresNothing_goesOn() {
    try (RawClient waiter = connect()) {
      waiter.send(await("/k")).sync();

      elsewhere("");
      try (RawClient writer = connect()) {
        writer.send("02" + blob("/k") + blob("other") + blob("v")).expect(blob("other"));
      }

      waiter.sync();
    }
  }

  @Test
  void wait_someOfItsKeysWritten_goesOnUntilTheLast() {
    try (RawClient waiter = connect()) {
      waiter.send(await("/a", "/b", "/a")).sync();

      elsewhere(set("/a", "1"));
      waiter.sync();
      elsewhere(set("/b", "1"));

      waiter.expect(STOP_WAITING).sync();
    }
  }

  @Test
  void wait_keySetAndDeleted_countsAsHavingCome() {
    try (RawClient waiter = connect();
        RawClient writer = connect()) {
      waiter.send(await("/a", "/b")).sync();

      writer.send(set("/a", "1") + "08" + blob("/a")).expect(i64(1));
      writer.send(set("/b", "1")).sync();

      waiter.expect(STOP_WAITING);
    }
  }

  @Test
  void wait_keyDeleted_goesOn() {
    try (RawClient waiter = connect();
        RawClient writer = connect()) {
      waiter.send(await("/a")).sync();

      writer.send("08" + blob("/a")).expect(i64(0));

      waiter.sync();
    }
  }

  @Test
  void wait_pending_otherRequestsAreServed() {
    try (RawClient client = connect()) {
      client.send(await("/k")).sync().send(add("/n", 1)).expect(i64(1));
      client.send(set("/other", "x") + "03" + blob("/other")).expect(blob("x"));

      elsewhere(set("/k", "v"));

      client.expect(STOP_WAITING).sync();
    }
  }

  @Test
  void cancelWait_pending_endsIt() {
    try (RawClient client = connect()) {
      client.send(await("/k")).sync().send(CANCEL_WAIT).expect(WAIT_CANCELED);

      elsewhere(set("/k", "v"));

      client.sync();
      assertThat(server().statistics().waits()).isZero();
    }
  }

  @Test
  void cancelWait_nothingPending_isAnswered() {
    try (RawClient client = connect()) {
      client.send(CANCEL_WAIT + CANCEL_WAIT).expect(WAIT_CANCELED + WAIT_CANCELED).sync();
    }
  }

  @Test
  void cancelWait_afterTheRelease_isAnsweredToo() {
    try (RawClient client = connect()) {
      client.send(await("/k")).sync();
      elsewhere(set("/k", "v"));

      client.send(CANCEL_WAIT).expect(STOP_WAITING + WAIT_CANCELED).sync();
    }
  }

  @Test
  void wait_followedByAnother_isReplacedByIt() {
    try (RawClient client = connect()) {
      client.send(await("/old")).sync().send(await("/new")).sync();

      elsewhere(set("/old", "v"));
      client.sync();
      elsewhere(set("/new", "v"));

      client.expect(STOP_WAITING).sync();
      assertThat(server().statistics().waits()).isZero();
    }
  }

  @Test
  void wait_manyClients_allAreReleased() {
    RawClient[] waiters = new RawClient[100];
    try {
      for (int i = 0; i < waiters.length; i++) {
        waiters[i] = connect().send(await("/k")).sync();
      }
      assertThat(server().statistics().waits()).isEqualTo(waiters.length);

      elsewhere(set("/k", "v"));

      for (RawClient waiter : waiters) {
        waiter.expect(STOP_WAITING).sync();
      }
      assertThat(server().statistics().waits()).isZero();
    } finally {
      for (RawClient waiter : waiters) {
        if (waiter != null) {
          waiter.close();
        }
      }
    }
  }

  /** So many that an event loop does not tell them alone. */
  @Test
  void wait_crowd_allAreReleased_whateverSomeOfThemDo() {
    int size = 1800;
    String value = "x".repeat(8 << 20);
    elsewhere(set("/long", value));
    List<RawClient> waiters = new ArrayList<>();
    List<RawClient> slow = new ArrayList<>();
    List<RawClient> gone = new ArrayList<>();
    try {
      for (int i = 0; i < size; i++) {
        RawClient client = connect().send(await("/k"));
        switch (i % 200) {
          case 7 -> slow.add(client.send("03" + blob("/long")));
          case 8, 9, 10 -> gone.add(client.sync());
          default -> waiters.add(client.sync());
        }
      }
      Eventually.assertThat(() -> server().statistics().waits()).isEqualTo(size);

      gone.forEach(RawClient::reset);
      elsewhere(set("/k", "v"));

      waiters.forEach(waiter -> waiter.expect(STOP_WAITING).sync());
      for (RawClient client : slow) {
        assertThat(client.readLong()).isEqualTo(value.length());
        client.skip(value.length()).expect(STOP_WAITING).sync();
      }
      assertThat(server().statistics().waits()).isZero();
      Eventually.assertThat(() -> server().statistics().openConnections())
          .isEqualTo(size - gone.size());
    } finally {
      waiters.forEach(RawClient::close);
      slow.forEach(RawClient::close);
    }
  }

  @Test
  void wait_clientGone_isForgotten() {
    connect().send(await("/a", "/b")).sync().close();
    connect().send(await("/a")).sync().reset();

    Eventually.assertThat(() -> server().statistics().waits()).isEqualTo(0);
    elsewhere(set("/a", "1") + set("/b", "1"));
  }
}
