package io.muster.store.internal.serving;

import static io.muster.store.internal.serving.SteppedLoop.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.serving.FakeSocket.Request;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * When the event loop sends replies and wake-ups, and in which order. Fault G1.
 *
 * <p>Replies are sent after a poll that found no other client ready: a client that had its reply
 * before that poll could overtake an earlier write of another client with its next request. The
 * threaded backend has no such order to keep: see {@code docs/compatibility.md}.
 */
class ReplyOrderTest {
  private static final Request PING = to -> to.ping(7);
  private static final String PONG = "07000000";
  private static final String RELEASED = "00";

  private final SteppedLoop loop = new SteppedLoop();

  private void assertEvents(String... expected) {
    assertThat(loop.poller.events).containsExactly(expected);
  }

  @Test
  void replies_areSent_whenNobodyElseIsReady() {
    FakeSocket a = loop.connect("a");
    FakeSocket b = loop.connect("b");
    a.send(PING);
    a.onNextRead(() -> b.send(PING));

    loop.settle();

    assertEvents("poll", "read a", "look", "read b", "look", "write a", "write b", "poll");
    assertThat(a.received()).isEqualTo(PONG);
    assertThat(b.received()).isEqualTo(PONG);
  }

  /** Otherwise its second reply could be sent in place of a part of the first. */
  @Test
  void clientWhoseReplyIsHeld_isNotReadFromAgain() {
    FakeSocket a = loop.connect("a");
    a.send(PING);
    a.onNextRead(() -> a.send(PING));

    loop.settle();

    assertEvents("poll", "read a", "look", "write a", "poll", "read a", "look", "write a", "poll");
  }

  @Test
  void requestsWithoutReply_needNoFurtherPoll() {
    FakeSocket a = loop.connect("a");
    a.send(to -> to.set(bytes("k"), bytes("v")));

    loop.settle();

    assertEvents("poll", "read a", "poll");
  }

  /** So that the first of many replies is not held for long. */
  @Test
  void replies_of64Clients_areSentWithoutAFurtherPoll() {
    List<FakeSocket> clients = new ArrayList<>();
    for (int i = 0; i < 65; i++) {
      clients.add(loop.connect(String.valueOf(i)));
    }
    clients.forEach(client -> client.send(PING));

    loop.runOnce();

    List<String> events = List.copyOf(loop.poller.events);
    assertThat(events.indexOf("write 0"))
        .isGreaterThan(events.indexOf("read 63"))
        .isLessThan(events.indexOf("read 64"));
    assertThat(events.indexOf("write 64")).isGreaterThan(events.indexOf("look"));
    assertThat(clients).allMatch(client -> client.received().equals(PONG));
  }

  @Test
  void replies_of64KiB_areSentWithoutAFurtherPoll() {
    FakeSocket a = loop.connect("a");
    FakeSocket b = loop.connect("b");
    FakeSocket c = loop.connect("c");
    a.send(to -> to.set(bytes("k"), new byte[33 * 1024]));
    loop.settle();
    loop.poller.events.clear();
    Request get = to -> to.get(bytes("k"));
    a.send(get);
    b.send(get);
    c.send(PING);

    loop.settle();

    assertThat(loop.poller.events)
        .startsWith("poll", "read a", "read b")
        .containsSubsequence("write a", "write b", "read c", "look", "write c");
  }

  @Test
  void wakeUp_ofAClientWhoseReplyIsHeld_comesAfterThatReply() {
    FakeSocket waiter = loop.connect("waiter");
    FakeSocket setter = loop.connect("setter");
    waiter.send(to -> to.await(List.of(bytes("k"))), PING);
    setter.send(to -> to.set(bytes("k"), bytes("v")));

    loop.settle();

    assertEvents("poll", "read waiter", "read setter", "write waiter", "write waiter", "poll");
    assertThat(waiter.received()).isEqualTo(PONG + RELEASED);
  }

  @Test
  void wakeUp_ofAWatcherWhoseReplyIsHeld_comesAfterThatReply() {
    FakeSocket watcher = loop.connect("watcher");
    FakeSocket setter = loop.connect("setter");
    watcher.send(to -> to.awaitChange(bytes("k"), 0), PING);
    setter.send(to -> to.set(bytes("k"), bytes("v")));

    loop.settle();

    assertEvents("poll", "read watcher", "read setter", "write watcher", "write watcher", "poll");
    assertThat(watcher.received()).isEqualTo(PONG + RELEASED);
  }

  @Test
  void numberedWakeUp_ofAClientWhoseReplyIsHeld_comesAfterThatReply() {
    FakeSocket waiter = loop.connectWithNumberedWaits("waiter");
    FakeSocket setter = loop.connect("setter");
    waiter.send(to -> to.observe(List.of(bytes("k"))), PING);
    setter.send(to -> to.set(bytes("k"), bytes("v")));

    loop.settle();

    assertThat(waiter.received()).isEqualTo(PONG + RELEASED + "0000000000000000");
  }

  @Test
  void wakeUps_areSentBeforeTheNextClientIsServed() {
    FakeSocket waiter = loop.connect("waiter");
    FakeSocket setter = loop.connect("setter");
    FakeSocket other = loop.connect("other");
    waiter.send(to -> to.await(List.of(bytes("k"))));
    loop.settle();
    loop.poller.events.clear();
    setter.send(to -> to.set(bytes("k"), bytes("v")), PING);
    other.send(PING);

    loop.settle();

    assertEvents(
        "poll",
        "read setter",
        "write setter",
        "write waiter",
        "read other",
        "look",
        "write other",
        "poll");
  }

  /** A client that disconnects passes the wake-up on that it has not used. */
  @Test
  void wakeUp_thatADisconnectCauses_isSent() {
    FakeSocket first = loop.connect("first");
    FakeSocket second = loop.connect("second");
    FakeSocket pusher = loop.connect("pusher");
    first.send(to -> to.awaitItem(bytes("q")));
    second.send(to -> to.awaitItem(bytes("q")));
    loop.settle();
    pusher.send(to -> to.queuePush(bytes("q"), bytes("item")));
    loop.settle();
    assertThat(first.received()).isEqualTo(RELEASED);
    assertThat(second.received()).isEmpty();

    first.endInput();
    loop.settle();

    assertThat(second.received()).isEqualTo(RELEASED);
  }
}
