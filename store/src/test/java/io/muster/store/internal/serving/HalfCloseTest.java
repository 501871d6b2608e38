package io.muster.store.internal.serving;

import static io.muster.store.internal.serving.SteppedLoop.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.serving.FakeSocket.Request;
import io.muster.store.internal.wire.Opcode;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A client that has ended its output is served and answered first, and then disconnected. */
class HalfCloseTest {
  private static final Request PING = to -> to.ping(7);
  private static final String PONG = "07000000";

  private final SteppedLoop loop = new SteppedLoop();
  private final FakeSocket client = loop.connect("client");

  @Test
  void client_thatSendsNoMore_getsItsReplies_andIsClosed() {
    client.send(PING, PING);
    client.endInput();

    loop.settle();

    assertThat(client.received()).isEqualTo(PONG + PONG);
    assertThat(client.isClosed()).isTrue();
    assertThat(loop.state().openConnections()).isZero();
    assertThat(loop.state().statistics().brokenConnections()).isZero();
  }

  @Test
  void requests_ofSeveralTurns_areAllServed() {
    Request[] pings = new Request[40_000];
    Arrays.fill(pings, PING);
    client.send(pings);
    client.endInput();

    loop.settle();

    assertThat(loop.served(Opcode.PING)).isEqualTo(pings.length);
    assertThat(client.unreceived()).isEqualTo(pings.length * PONG.length() / 2);
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void client_thatReadsLate_getsEverythingFirst() {
    client.send(to -> to.set(bytes("k"), new byte[1_000_000]), to -> to.get(bytes("k")), PING);
    client.endInput();
    client.takeNothing();

    loop.settle();

    assertThat(client.isClosed()).isFalse();
    assertThat(client.isWatchedForInput()).as("the end would be reported for ever").isFalse();
    client.makeRoom(500_000);
    loop.settle();
    assertThat(client.isClosed()).isFalse();
    client.takeEverything();
    loop.settle();
    assertThat(client.unreceived()).isEqualTo(Long.BYTES + 1_000_000 + PONG.length() / 2);
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void client_whoseRequestIsIncomplete_isClosed() {
    client.send(Arrays.copyOf(FakeSocket.encoded(PING), 3));
    client.endInput();

    loop.settle();

    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void client_thatWaits_isForgotten() {
    client.send(to -> to.await(List.of(bytes("k"))));
    client.endInput();

    loop.settle();

    assertThat(client.isClosed()).isTrue();
    assertThat(loop.state().statistics().waits()).isZero();
  }

  @Test
  void client_thatIsDisconnectedWhileAnotherServesIt_isNotSentMore() {
    FakeSocket setter = loop.connect("setter");
    client.send(to -> to.await(List.of(bytes("k"))));
    loop.settle();
    client.endInput();
    setter.send(to -> to.set(bytes("k"), bytes("v")), PING);

    loop.settle();

    assertThat(setter.received()).isEqualTo(PONG);
    assertThat(client.isClosed()).isTrue();
    assertThat(loop.state().openConnections()).isEqualTo(1);
  }
}
