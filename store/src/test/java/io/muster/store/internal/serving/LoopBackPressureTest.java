package io.muster.store.internal.serving;

import static io.muster.store.internal.serving.SteppedLoop.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.serving.FakeSocket.Request;
import io.muster.store.internal.wire.Opcode;
import io.muster.store.internal.wire.WireLimits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Back-pressure: an event loop reads nothing from a client while replies to it are unsent. */
class LoopBackPressureTest {
  private static final Request PING = to -> to.ping(7);
  private static final String PONG = "07000000";

  private final SteppedLoop loop = new SteppedLoop();
  private final FakeSocket client = loop.connect("client");
  private final FakeSocket other = loop.connect("other");

  private void setElsewhere(String key, byte[] value) {
    other.send(to -> to.set(bytes(key), value));
    loop.settle();
  }

  private static byte[] blob(byte[] value) {
    return ByteBuffer.allocate(Long.BYTES + value.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(value.length)
        .put(value)
        .array();
  }

  private static byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Test
  void clientWithoutRoom_isNotReadFrom_untilItHasRoom() {
    client.takeNothing();
    client.send(PING);
    loop.settle();
    assertThat(client.isWatchedForInput()).isFalse();
    assertThat(client.isWatchedForOutput()).isTrue();

    client.send(PING, PING);
    loop.settle();
    assertThat(client.unread()).isEqualTo(2 * FakeSocket.encoded(PING).length);
    assertThat(loop.served(Opcode.PING)).isEqualTo(1);

    client.makeRoom(3);
    loop.settle();
    assertThat(client.received()).isEqualTo("070000");
    assertThat(client.isWatchedForInput()).isFalse();

    client.takeEverything();
    loop.settle();
    assertThat(client.received()).isEqualTo("00" + PONG + PONG);
    assertThat(client.isWatchedForInput()).isTrue();
    assertThat(client.isWatchedForOutput()).isFalse();
  }

  /** A request of many keys is a turn of its own, before which the replies are sent. */
  @Test
  void clientWithoutRoom_isNotServedEither() {
    List<byte[]> keys = IntStream.range(0, 4_000).mapToObj(i -> bytes("key" + i)).toList();
    client.takeNothing();
    client.send(PING, to -> to.check(keys), PING);

    loop.settle();

    assertThat(client.unread()).isZero();
    assertThat(loop.served(Opcode.PING)).isEqualTo(1);
    assertThat(loop.served(Opcode.CHECK)).isZero();
    client.takeEverything();
    loop.settle();
    assertThat(client.received()).isEqualTo(PONG + "01" + PONG);
  }

  @Test
  void clientWithoutRoom_holdsUpNobody() {
    client.takeNothing();
    client.send(PING);
    loop.settle();

    other.send(PING);
    loop.settle();

    assertThat(other.received()).isEqualTo(PONG);
  }

  /** The reply is sent from the keyspace's own array, and what the socket did not take again. */
  @ParameterizedTest
  @ValueSource(ints = {1_000, 32 * 1024, 32 * 1024 + 1, 100_000, 1_000_000})
  void reply_readInSmallParts_arrivesWhole(int length) {
    byte[] value = randomBytes(length);
    setElsewhere("k", value);
    client.takeNothing();
    client.send(to -> to.get(bytes("k")), PING, to -> to.get(bytes("k")), PING);

    ByteBuffer received = ByteBuffer.allocate(3 * (length + 100));
    int part = Math.max(1, length / 50) | 1;
    for (int i = 0; i < 200 && !(client.isWatchedForInput() && client.unread() == 0); i++) {
      client.makeRoom(part);
      loop.settle();
      received.put(client.receivedBytes());
    }

    ByteBuffer expected = ByteBuffer.allocate(received.capacity());
    for (int i = 0; i < 2; i++) {
      expected.put(blob(value)).put(new byte[] {7, 0, 0, 0});
    }
    assertThat(received.flip()).isEqualTo(expected.flip());
  }

  /** The waiter and the setter are one iteration, so that the first reply is held as well. */
  @Test
  void wakeUp_ofAClientWithoutRoom_followsItsReplies() {
    client.takeNothing();
    client.send(to -> to.await(List.of(bytes("k"))), PING);
    other.send(to -> to.set(bytes("k"), bytes("v")), PING);

    loop.settle();

    assertThat(other.received()).isEqualTo(PONG);
    client.takeEverything();
    loop.settle();
    assertThat(client.received()).isEqualTo(PONG + "00");
  }

  @Test
  void numberedWakeUps_ofAClientWithoutRoom_followItsReplies() {
    FakeSocket waiter = loop.connectWithNumberedWaits("waiter");
    waiter.takeNothing();
    waiter.send(to -> to.observe(List.of(bytes("k"))), to -> to.observe(List.of(bytes("k"))), PING);
    loop.settle();
    setElsewhere("k", bytes("v"));

    waiter.takeEverything();
    loop.settle();

    assertThat(waiter.received())
        .isEqualTo(PONG + "00" + "0000000000000000" + "00" + "0100000000000000");
  }

  /** The end must not be written into the value. */
  @Test
  void wakeUp_duringALongReply_followsTheReply() {
    byte[] value = randomBytes(1_000_000);
    setElsewhere("long", value);
    client.takeNothing();
    client.makeRoom(100_000);
    client.send(to -> to.await(List.of(bytes("k"))), to -> to.get(bytes("long")));
    loop.settle();
    setElsewhere("k", bytes("v"));

    client.takeEverything();
    loop.settle();

    byte[] expected = Arrays.copyOf(blob(value), Long.BYTES + value.length + 1);
    assertThat(client.receivedBytes()).isEqualTo(expected);
  }

  /** A client must not make the server hold what it does not read. */
  @Test
  void clientWithoutRoom_isDisconnectedIfOthersNeedTheMemory() {
    SteppedLoop small =
        new SteppedLoop(
            new ServingLimits(WireLimits.PYTORCH, Integer.MAX_VALUE, Long.MAX_VALUE, 32L << 20));
    FakeSocket setter = small.connect("setter");
    setter.send(to -> to.set(bytes("k"), new byte[30_000]));
    small.settle();
    FakeSocket[] deaf = new FakeSocket[400];
    for (int i = 0; i < deaf.length; i++) {
      deaf[i] = small.connect("deaf" + i);
      deaf[i].takeNothing();
      deaf[i].send(to -> to.get(bytes("k")));
      small.settle();
    }

    assertThat(deaf).anyMatch(FakeSocket::isClosed);
    assertThat(deaf[deaf.length - 1].isClosed()).isFalse();
    setter.send(PING);
    small.settle();
    assertThat(setter.received()).isEqualTo(PONG);
  }
}
