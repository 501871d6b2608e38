package io.muster.store.server;

import static io.muster.fixtures.wire.RawClient.add;
import static io.muster.fixtures.wire.RawClient.blob;
import static io.muster.fixtures.wire.RawClient.i64;
import static io.muster.fixtures.wire.RawClient.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.wire.RawClient;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What is stored leaves room in the heap, without any other limit. Fault A1.
 *
 * <p>Every request that may store something was looked at: SET, COMPARE_SET, ADD, APPEND,
 * MULTI_SET, QUEUE_PUSH, BARRIER, TRY_ADD and COMPARE_AND_SWAP.
 */
@Tag("slow")
class StoredMemoryIT extends ServerTest {
  private static final long HEAP = 16L << 20;

  /** More than the server has room for, fewer bytes than its heap holds. */
  private static final int TOO_MANY = 140_000;

  StoredMemoryIT(ServerBackend backend) {
    super(backend);
  }

  @BeforeEach
  void takeASmallPartOfTheHeap() {
    restart(options().maxHeapBytes(HEAP));
  }

  /** Sends {@code request} with a new number in place of each {@code #} until it is refused. */
  private void sendUntilRefused(String request) {
    try (RawClient client = connect()) {
      StringBuilder requests = new StringBuilder();
      for (int i = 0; i < TOO_MANY; i++) {
        requests.append(request.replace("#", String.format("%06x", i)));
      }
      client.trySend(RawClient.bytes(requests.toString())).trySend(RawClient.bytes("0d01020304"));
      client.drain();
    }
  }

  private static final String SMALL_KEY = "01 0400000000000000 2f# 0000000000000000";

  @Test
  void smallKeys_untilNoMemoryIsLeft_costTheWriterItsConnectionOnly() {
    try (RawClient other = connect()) {
      other.send(set("/before", "1")).sync();

      sendUntilRefused(SMALL_KEY);

      assertThat(server().statistics().brokenConnections()).isEqualTo(1);
      other.send("03" + blob("/before")).expect(blob("1"));
      other.send(set("/before", "2") + add("/n", 1)).expect(i64(1));
      other.send(set("/after", "3") + "03" + blob("/after")).expect(blob("3")).sync();
    }
  }

  @Test
  void memory_ofKeysThatWereDeleted_isThereForOthers() {
    sendUntilRefused(SMALL_KEY);
    int kept = server().statistics().keys();
    try (RawClient other = connect()) {
      for (int i = 0; i < kept; i++) {
        other.send("08" + blob(RawClient.bytes("2f" + String.format("%06x", i))));
        other.expect(i64(1));
      }
    }
    assertThat(server().statistics().keys()).isEqualTo(0);

    sendUntilRefused(SMALL_KEY);

    assertThat(server().statistics().keys()).isEqualTo(kept);
  }

  /** As the keys of barriers, which one rank of a world makes and another deletes. */
  @Test
  void client_whoseKeysOthersDelete_countsAsOneThatHasStoredLittle() {
    try (RawClient maker = connect();
        RawClient other = connect()) {
      for (int i = 0; i < 4_000; i++) {
        String name = blob(RawClient.bytes("2f" + String.format("%06x", i)));
        maker.send("01" + name + blob("")).sync();
        other.send("08" + name).expect(i64(1));
      }

      sendUntilRefused(SMALL_KEY);

      maker.send(set("/maker", "1")).sync();
      other.send("03" + blob("/maker")).expect(blob("1"));
    }
  }

  @Test
  void itemsWithoutBytes_areNotForNothing() {
    sendUntilRefused("0e 0000000000000000 0000000000000000");

    assertThat(server().statistics().brokenConnections()).isEqualTo(1);
  }

  @Test
  void everyOtherWrite_beyondTheMemory_isRefused() {
    String[] writes = {
      "02 0400000000000000 2f# 0000000000000000 0000000000000000",
      "04 0400000000000000 2f# 0100000000000000",
      "09 0400000000000000 2f# 0000000000000000",
      "0b 0100000000000000 0400000000000000 2f# 0000000000000000",
      "0e 0400000000000000 2f# 0000000000000000",
      "12 0400000000000000 2f# 0100000000000000",
      "82 0400000000000000 2f# 0100000000000000",
      "88 0400000000000000 2f# 0000000000000000 0000000000000000",
    };
    for (String write : writes) {
      restart(options().maxHeapBytes(HEAP));

      sendUntilRefused(write);

      assertThat(server().statistics().brokenConnections()).as(write).isEqualTo(1);
    }
  }

  @Test
  void compareSet_thatSetsNothing_isServedWhateverIsStored() {
    sendUntilRefused(SMALL_KEY);
    String large = "x".repeat(400_000);
    try (RawClient other = connect()) {
      other
          .send("02" + blob(RawClient.bytes("2f000001")) + blob("y") + blob(large))
          .expect(blob(""))
          .send("88" + blob(RawClient.bytes("2f000001")) + blob("y") + blob(large))
          .expect("02" + blob(""))
          .sync();
    }
  }

  @Test
  void heap_lessThanAServerNeeds_isRefused() {
    assertThatThrownBy(() -> options().maxHeapBytes(1000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1000");
  }
}
