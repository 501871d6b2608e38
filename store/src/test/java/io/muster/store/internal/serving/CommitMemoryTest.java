package io.muster.store.internal.serving;

import static io.muster.store.internal.serving.SteppedLoop.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.serving.FakeSocket.Request;
import io.muster.store.internal.wire.Hello;
import io.muster.store.internal.wire.WireLimits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The memory of commands that are submitted and not applied yet. */
class CommitMemoryTest {
  private static final long HEAP = 256L << 20;
  private static final byte[] K = bytes("k");
  private static final Request PING = to -> to.ping(7);
  private static final String PONG = "07000000";

  /** The heap has room for five of it, and not for one in the share of a client three times. */
  private static final int LARGE = 5_000_000;

  /** The heap does not have room for five of it. */
  private static final int TOO_LARGE = 6_000_000;

  private final List<SlowLog> logs = new ArrayList<>();
  private final SteppedLoop loop =
      new SteppedLoop(
          new ServingLimits(WireLimits.PYTORCH, Integer.MAX_VALUE, Long.MAX_VALUE, HEAP),
          keyspace -> {
            SlowLog log = new SlowLog(keyspace);
            logs.add(log);
            return log;
          });
  private final SlowLog log = logs.get(0);
  private final FakeSocket client = loop.connect("client");
  private final MemoryBudget transfers = loop.state().memory.transfers.budget();

  private void send(FakeSocket from, Request... requests) {
    from.send(requests);
    loop.settle();
  }

  private static Request set(int bytes) {
    return to -> to.set(K, new byte[bytes]);
  }

  @Test
  void largeWrite_isApplied_andItsMemoryIsReleased() {
    send(client, set(LARGE), PING);
    assertThat(client.isClosed()).isFalse();
    assertThat(transfers.used()).isGreaterThan(4L * LARGE);

    log.commit();
    loop.settle();

    assertThat(client.received()).isEqualTo(PONG);
    assertThat(loop.state().keyspace.valueLength(K)).isEqualTo(LARGE);
    assertThat(transfers.used()).isZero();
  }

  @Test
  void writeForWhichThereIsNoMemory_isRefused_andNeverApplied() {
    send(client, to -> to.hello(Hello.request(Hello.REFUSALS)));
    client.receivedBytes();

    send(client, set(TOO_LARGE), PING);

    assertThat(new String(client.receivedBytes(), UTF_8)).contains("no memory for 24000");
    assertThat(client.isClosed()).isTrue();
    assertThat(log.size()).isZero();
    assertThat(transfers.used()).isZero();
  }

  /** Otherwise clients that write and disconnect fill the heap while the disk is slow. */
  @Test
  void memoryOfAWrite_staysTakenUntilItIsApplied_alsoIfItsClientHasDisconnected() {
    send(client, set(LARGE));
    client.connection().disconnect("as the test wants");
    loop.settle();
    assertThat(client.isClosed()).isTrue();
    assertThat(transfers.used()).isGreaterThan(4L * LARGE);

    FakeSocket next = loop.connect("next");
    send(next, set(LARGE));
    assertThat(next.isClosed()).isTrue();
    assertThat(log.size()).isOne();

    log.commit();
    loop.settle();
    assertThat(transfers.used()).isZero();
    assertThat(loop.state().keyspace.valueLength(K)).isEqualTo(LARGE);
  }

  @Test
  void manyShortKeysOfOneWrite_countWithTheirArrays() {
    List<byte[]> keys = Collections.nCopies(10_000, K);
    List<byte[]> values = Collections.nCopies(10_000, new byte[0]);

    send(client, to -> to.multiSet(keys, values));

    assertThat(transfers.used()).isGreaterThan(10_000 * 80L);
    log.commit();
    loop.settle();
    assertThat(transfers.used()).isZero();
  }

  @Test
  void bytesThatADisconnectedClientHasStored_areCounted() {
    send(client, set(LARGE));
    client.connection().disconnect("as the test wants");
    loop.settle();

    log.commit();

    assertThat(loop.state().memory.stored.used())
        .isGreaterThan(LARGE)
        .isEqualTo(loop.state().keyspace.heapBytes());
  }

  @Test
  void memoryOfAFailedWrite_isReleased() {
    send(client, set(LARGE));

    log.fail("the disk is full");
    loop.settle();

    assertThat(client.isClosed()).isTrue();
    assertThat(transfers.used()).isZero();
  }

  @Test
  void commandThatCannotBeSubmitted_disconnectsItsClientOnly() {
    FakeSocket other = loop.connect("other");
    log.failNext(new OutOfMemoryError("as the test wants"));

    send(client, set(LARGE), PING);
    send(other, PING);

    assertThat(client.isClosed()).isTrue();
    assertThat(client.received()).isEmpty();
    assertThat(other.received()).isEqualTo(PONG);
    assertThat(transfers.used()).isZero();
  }
}
