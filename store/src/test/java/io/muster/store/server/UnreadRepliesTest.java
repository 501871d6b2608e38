package io.muster.store.server;

import static io.muster.fixtures.wire.RawClient.blob;
import static io.muster.fixtures.wire.RawRequest.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Eventually;
import io.muster.fixtures.wire.RawClient;
import io.muster.fixtures.wire.RawRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Clients that read late, or never, what they were replied. Fault A2.
 *
 * <p>Every reply that is longer than a piece was looked at: values, items, lists of values and
 * keys, and what COMPARE_SET sends back.
 */
class UnreadRepliesTest extends ServerTest {
  private static final int LONG = 8 << 20;

  UnreadRepliesTest(ServerBackend backend) {
    super(backend);
  }

  @BeforeEach
  void takeASmallPartOfTheHeap() {
    restart(options().maxHeapBytes(64L << 20));
  }

  private void set(String key, byte[] value) {
    try (RawClient client = connect()) {
      client.send(RawRequest.set(key, value)).sync();
    }
  }

  @Test
  void longAndShortValues_inOneReplyReadLate_arriveWhole() {
    byte[] longest = new byte[LONG];
    byte[] medium = new byte[40_000];
    byte[] small = new byte[5_000];
    new SplittableRandom(1).nextBytes(longest);
    new SplittableRandom(2).nextBytes(medium);
    new SplittableRandom(3).nextBytes(small);
    set("/longest", longest);
    set("/medium", medium);
    set("/small", small);
    byte[] multiGet =
        request(10)
            .number(5)
            .blob("/small")
            .blob("/longest")
            .blob("/small")
            .blob("/medium")
            .blob("/small")
            .bytes();
    try (RawClient client = connect()) {
      client.send(multiGet).send(multiGet).send(multiGet);
      elsewhere("");
      for (int i = 0; i < 3; i++) {
        for (byte[] value : new byte[][] {small, longest, small, medium, small}) {
          assertThat(Arrays.equals(client.readBlob(), value)).isTrue();
        }
      }
      client.sync();
    }
  }

  @Test
  void oneLongValue_readSlowlyByMany_isSentToAll() {
    set("/k", new byte[LONG]);
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        clients.add(connect().send("03" + blob("/k")));
      }
      elsewhere("");
      for (RawClient client : clients) {
        assertThat(client.readLong()).isEqualTo(LONG);
      }
      clients.get(0).skip(LONG).sync();
      clients.get(199).skip(LONG).sync();
      assertThat(server().statistics().brokenConnections()).isZero();
    } finally {
      clients.forEach(RawClient::reset);
    }
  }

  @Test
  void readers_ofReplacedValues_areDisconnectedWhenThereIsNoRoom() {
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 6; i++) {
        set("/k", new byte[LONG]);
        clients.add(connect().send("03" + blob("/k")));
        assertThat(clients.get(i).readLong()).isEqualTo(LONG);
      }

      Eventually.assertThat(() -> server().statistics().brokenConnections())
          .matches("most of the readers", broken -> broken >= 4);
      clients.get(5).skip(LONG).sync();
    } finally {
      clients.forEach(RawClient::reset);
    }
  }

  @Test
  void items_poppedAndNotRead_areDisconnectedWhenThereIsNoRoom() {
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        push("/q", new byte[LONG]);
        clients.add(connect().send("0f" + blob("/q")));
        assertThat(clients.get(i).readLong()).isEqualTo(1);
      }

      Eventually.assertThat(() -> server().statistics().brokenConnections())
          .matches("most of the poppers", broken -> broken >= 3);
    } finally {
      clients.forEach(RawClient::reset);
    }
  }

  /**
   * Pushes until there is room: a client that holds much memory has to give it to another that
   * wants much only after a second.
   */
  private void push(String queue, byte[] item) {
    byte[] request = request(14).blob(queue).blob(item).bytes();
    Eventually.assertThat(
            () -> {
              try (RawClient pusher = connect()) {
                pusher.trySend(request).endOutput().drain();
              }
              try (RawClient other = connect()) {
                return other.send("10" + blob(queue)).readLong();
              }
            })
        .isEqualTo(1L);
  }
}
