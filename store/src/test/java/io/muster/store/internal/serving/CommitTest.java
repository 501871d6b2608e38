package io.muster.store.internal.serving;

import static io.muster.store.internal.serving.SteppedLoop.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.serving.EventLoopConnection.State;
import io.muster.store.internal.serving.FakeSocket.Request;
import io.muster.store.internal.wire.Hello;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients whose commands are applied some time after they were submitted, or never. */
class CommitTest {
  private static final byte[] K = bytes("k");
  private static final byte[] Q = bytes("q");
  private static final Request SET = to -> to.set(K, bytes("v"));
  private static final Request ADD = to -> to.add(bytes("n"), 5);
  private static final Request GET = to -> to.get(K);
  private static final Request PING = to -> to.ping(7);
  private static final Request ARRIVE = to -> to.barrier(bytes("b"), 2);
  private static final String PONG = "07000000";
  private static final String VALUE = "0100000000000000" + "76";
  private static final String SUM = "0500000000000000";

  private final List<SlowLog> logs = new ArrayList<>();
  private final SteppedLoop loop =
      new SteppedLoop(
          SteppedLoop.LIMITS,
          keyspace -> {
            SlowLog log = new SlowLog(keyspace);
            logs.add(log);
            return log;
          });
  private final SlowLog log = logs.get(0);
  private final FakeSocket client = loop.connect("client");
  private final FakeSocket other = loop.connect("other");

  private void send(FakeSocket from, Request... requests) {
    from.send(requests);
    loop.settle();
  }

  private void commitAll() {
    while (log.size() > 0) {
      log.commit();
      loop.settle();
    }
  }

  @Test
  void requestsAfterACommand_areServedOnceItIsApplied() {
    send(client, PING, SET, GET, PING);
    assertThat(client.received()).isEqualTo(PONG);
    assertThat(client.connection().state()).isEqualTo(State.AWAITS_COMMIT);

    log.commit();
    loop.settle();

    assertThat(client.received()).isEqualTo(VALUE + PONG);
    assertThat(client.connection().state()).isEqualTo(State.OPEN);
  }

  @Test
  void nothingIsRead_whileACommandAwaitsItsCommit() {
    send(client, SET);
    send(client, PING);
    assertThat(client.unread()).isPositive();
    assertThat(client.isWatchedForInput()).isFalse();

    commitAll();

    assertThat(client.received()).isEqualTo(PONG);
    assertThat(client.isWatchedForInput()).isTrue();
  }

  @Test
  void otherClients_areServedMeanwhile() {
    send(client, ADD);
    send(other, PING, GET);

    assertThat(other.received()).isEqualTo(PONG + "0000000000000000");
    assertThat(client.received()).isEmpty();
  }

  @Test
  void theCommandsOfClients_mayBeAppliedInAnyOrder() {
    send(client, ADD);
    send(other, ADD);

    log.commit(1);
    loop.settle();
    assertThat(other.received()).isEqualTo(SUM);
    assertThat(client.received()).isEmpty();

    log.commit();
    loop.settle();
    assertThat(client.received()).isEqualTo("0a00000000000000");
  }

  @Test
  void aCommit_wakesThoseWhoWait() {
    send(other, to -> to.await(List.of(K)));
    send(client, SET);
    assertThat(other.received()).isEmpty();

    log.commit();

    assertThat(other.received()).isEqualTo("00");
  }

  /** Everything that a request may change, and the answers to it. */
  private static Stream<Request> script() {
    return Stream.of(
        SET,
        to -> to.compareSet(K, bytes("v"), bytes("w")),
        to -> to.compareSet(K, bytes("x"), bytes("y")),
        to -> to.compareSet(bytes("none"), bytes("x"), bytes("y")),
        to -> to.compareAndSwap(K, bytes("w"), bytes("v")),
        to -> to.compareAndSwap(K, bytes("w"), bytes("v")),
        to -> to.compareAndSwap(bytes("none"), bytes("w"), bytes("v")),
        ADD,
        to -> to.tryAdd(bytes("n"), -2),
        to -> to.tryAdd(K, 1),
        to -> to.append(K, bytes("tail")),
        GET,
        to -> to.multiSet(List.of(K, bytes("m")), List.of(bytes("1"), bytes("2"))),
        to -> to.multiGet(List.of(K, bytes("m"))),
        to -> to.deleteKey(K),
        to -> to.deleteKey(K),
        to -> to.queuePop(Q),
        to -> to.queuePush(Q, bytes("first")),
        to -> to.queuePush(Q, new byte[100_000]),
        to -> to.queuePop(Q),
        to -> to.queuePop(Q),
        to -> to.set(bytes("long"), new byte[100_000]),
        to -> to.compareSet(bytes("long"), new byte[0], bytes("y")),
        to -> to.barrier(bytes("alone"), 1),
        to -> to.numKeys());
  }

  @Test
  void answers_areThoseOfALogThatAppliesAtOnce() {
    SteppedLoop atOnce = new SteppedLoop();
    FakeSocket otherClient = atOnce.connect("client");
    script().forEach(otherClient::send);
    atOnce.settle();

    script().forEach(client::send);
    loop.settle();
    commitAll();

    assertThat(client.received()).isNotEmpty().isEqualTo(otherClient.received());
  }

  @Test
  void refusedCommand_disconnectsTheClient_withTheReasonIfItUnderstandsIt() {
    send(client, to -> to.hello(Hello.request(Hello.REFUSALS)));
    client.receivedBytes();
    send(client, SET, to -> to.add(K, 1), PING);
    commitAll();

    assertThat(new String(client.receivedBytes(), UTF_8)).contains("not a number");
    assertThat(client.isClosed()).isTrue();
    assertThat(loop.state().statistics().brokenConnections()).isEqualTo(1);
  }

  @Test
  void commandThatIsNeverApplied_disconnectsItsClientOnly() {
    send(client, SET, PING);
    send(other, PING);

    log.fail("the disk is full");
    loop.settle();

    assertThat(client.isClosed()).isTrue();
    assertThat(client.received()).isEmpty();
    assertThat(other.received()).isEqualTo(PONG);
    assertThat(loop.state().keyspace.size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void clientThatIsDisconnectedMeanwhile_isNotAnswered_andItsCommandIsApplied(boolean closedFirst) {
    send(client, ADD, PING);
    client.connection().disconnect("as the test wants");
    if (closedFirst) {
      loop.settle();
      assertThat(client.isClosed()).isTrue();
    }

    log.commit();
    loop.settle();

    assertThat(client.isClosed()).isTrue();
    assertThat(client.received()).isEmpty();
    assertThat(loop.state().keyspace.get(bytes("n"))).isEqualTo(bytes("5"));
  }

  @Test
  void clientWhoseAnswerCannotBeSent_isClosed() {
    send(client, ADD);
    client.faults.at(Faults.Step.WRITE, new IOException("as the test wants"));

    log.commit();
    loop.settle();

    assertThat(client.isClosed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void arrivalsAtABarrier_waitAndAreReleased(boolean numbered) {
    FakeSocket first = numbered ? loop.connectWithNumberedWaits("numbered") : client;
    String end = numbered ? "00" + "0000000000000000" : "00";
    send(first, ARRIVE);
    log.commit();
    loop.settle();
    assertThat(first.received()).isEmpty();
    assertThat(loop.state().waiters.size()).isEqualTo(1);

    send(other, ARRIVE);
    log.commit();
    loop.settle();

    assertThat(first.received()).isEqualTo(end);
    assertThat(other.received()).isEqualTo("00");
    assertThat(loop.state().waiters.size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void arrivalOfAClientThatIsDisconnectedMeanwhile_isWithdrawn(boolean numbered) {
    FakeSocket first = numbered ? loop.connectWithNumberedWaits("numbered") : client;
    send(first, ARRIVE);
    first.connection().disconnect("as the test wants");
    loop.settle();

    commitAll();

    assertThat(loop.state().keyspace.get(bytes("b"))).isNull();
    assertThat(loop.state().waiters.size()).isZero();
  }

  @Test
  void arrivalOfAClientThatWaits_isWithdrawnWhenItDisconnects() {
    send(client, ARRIVE);
    log.commit();
    client.endInput();
    loop.settle();
    assertThat(Objects.requireNonNull(loop.state().keyspace.get(bytes("b")))).isEqualTo(bytes("1"));

    commitAll();

    assertThat(loop.state().keyspace.get(bytes("b"))).isNull();
  }
}
