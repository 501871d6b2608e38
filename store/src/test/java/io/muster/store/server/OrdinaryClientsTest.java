package io.muster.store.server;

import static io.muster.fixtures.wire.RawRequest.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Eventually;
import io.muster.fixtures.wire.RawClient;
import io.muster.fixtures.wire.RawRequest;
import io.muster.store.MusterException;
import io.muster.store.TcpStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Clients that want what is usual are served although others hold all the memory there is for
 * requests and replies under way. Fault A2.
 *
 * <p>Requests that arrive, replies that are not read, and values that only their readers hold were
 * looked at.
 */
class OrdinaryClientsTest extends ServerTest {
  private static final int LONG = 4 << 20;

  /** More than the kernel holds for a connection whose client does not read. */
  private static final int REPLACED = 6 << 20;

  private static final int TURNS = 20;
  private static final String REPLIED = "a reply";
  private static final List<String> KEYS =
      IntStream.range(0, 8).mapToObj(i -> "/ordinary" + i).toList();

  private int refusedWrites;

  OrdinaryClientsTest(ServerBackend backend) {
    super(backend);
  }

  @BeforeEach
  void takeASmallPartOfTheHeap() {
    restart(options().maxHeapBytes(64L << 20));
  }

  /** Stores and reads eight values of 64 KiB again and again, while {@code attack} goes on. */
  private void expectServed(Runnable attack) {
    List<byte[]> values = Collections.nCopies(KEYS.size(), new byte[64 * 1024]);
    try (TcpStore store = TcpStore.connect("127.0.0.1", server().port())) {
      for (int i = 0; i < TURNS; i++) {
        attack.run();
        store.multiSet(KEYS, values);
        assertThat(store.multiGet(KEYS)).hasSameSizeAs(values);
        store.compareSet(KEYS.get(0), values.get(0), values.get(1));
      }
    }
  }

  @Test
  void halfSentValues_justArrived_makeRoom() {
    byte[] set = RawRequest.set("/half", new byte[LONG]);
    byte[] half = Arrays.copyOf(set, LONG / 2);
    List<RawClient> attackers = new ArrayList<>();
    try {
      expectServed(
          () -> {
            attackers.add(connect().trySend(half));
            attackers.add(connect().trySend(half));
          });
      assertThat(server().statistics().brokenConnections()).isPositive();
    } finally {
      attackers.forEach(RawClient::reset);
    }
  }

  /** Fault A11. Clients that do not understand refusals are in the other tests. */
  @Test
  void halfSentValue_whoseClientUnderstands_isRefusedWithTheReason() {
    byte[] set = RawRequest.set("/half", new byte[LONG]);
    byte[] half = Arrays.copyOf(set, LONG / 2);
    try (RawClient victim = connect()) {
      victim.send("86" + RawClient.keys("refusals"));
      for (long facts = victim.readLong(); facts > 0; facts--) {
        victim.readBlob();
      }
      victim.send(half);
      List<RawClient> others = new ArrayList<>();
      try {
        while (server().statistics().brokenConnections() == 0) {
          others.add(connect().trySend(half));
        }
        victim.expect("ff 00 52 45 46 55 53 de");
        assertThat(new String(victim.readBlob(), StandardCharsets.UTF_8))
            .startsWith("others need the ")
            .contains(" bytes of memory that it holds for ");
        victim.expectClosed();
      } finally {
        others.forEach(RawClient::reset);
      }
    }
  }

  @Test
  void requestsOfTheUsualSize_neverFinished_makeRoom() {
    byte[] set = RawRequest.set("/half", new byte[512 * 1024]);
    byte[] half = Arrays.copyOf(set, set.length - 1);
    List<RawClient> attackers = new ArrayList<>();
    try {
      expectServed(
          () -> {
            for (int i = 0; i < 4; i++) {
              attackers.add(connect().trySend(half));
            }
          });
      assertThat(server().statistics().brokenConnections()).isPositive();
    } finally {
      attackers.forEach(RawClient::reset);
    }
  }

  @Test
  void readers_whoNeverReadReplacedValues_goBeforeOneWhoReadsSlowly() {
    byte[] usual = new byte[1 << 20];
    List<RawClient> attackers = new ArrayList<>();
    try (RawClient slow = connect()) {
      slow.send(RawRequest.set("/usual", usual));
      slow.send(request(3).blob("/usual").bytes());
      assertThat(slow.readLong()).isEqualTo(usual.length);
      expectServed(
          () -> {
            Eventually.assertThat(this::replace).isEqualTo(REPLIED);
            attackers.add(connect().trySend(request(3).blob("/replaced").bytes()));
            assertThat(attackers.get(attackers.size() - 1).readLong()).isEqualTo(REPLACED);
          });
      Eventually.assertThat(() -> server().statistics().brokenConnections())
          .matches("some attackers", broken -> broken > refusedWrites);
      slow.skip(usual.length).sync();
    } finally {
      attackers.forEach(RawClient::reset);
    }
  }

  /**
   * Replaces the value, and returns what the server replied. The value is longer than usual, so the
   * server refuses it while the reader of the replaced value makes progress. Its thread may still
   * be filling the buffers of the kernel.
   */
  private String replace() {
    try (TcpStore writer = TcpStore.connect("127.0.0.1", server().port())) {
      writer.set("replaced", new byte[REPLACED]);
      long unused = writer.numKeys();
      return REPLIED;
    } catch (MusterException e) {
      refusedWrites++;
      return String.valueOf(e.getMessage());
    }
  }
}
