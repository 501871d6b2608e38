package io.muster.store.server;

import static io.muster.fixtures.wire.RawClient.await;
import static io.muster.fixtures.wire.RawClient.blob;
import static io.muster.fixtures.wire.RawClient.keys;
import static io.muster.fixtures.wire.RawClient.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.wire.RawClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Fault F3: the bytes of COMPARE_AND_SWAP. */
@Tag("slow")
class CompareAndSwapOnTheWireIT extends ServerTest {
  private static final String SWAPPED = "00";
  private static final String ABSENT = "01";
  private static final String OTHER = "02";

  CompareAndSwapOnTheWireIT(ServerBackend backend) {
    super(backend);
  }

  private static String swap(String key, String expected, String desired) {
    return "88" + blob(key) + blob(expected) + blob(desired);
  }

  @Test
  void hello_namesTheFeature() {
    try (RawClient client = connect()) {
      client.send("86" + keys("compare-and-swap"));
      List<String> facts = new ArrayList<>();
      for (long left = client.readLong(); left > 0; left--) {
        facts.add(new String(client.readBlob(), StandardCharsets.UTF_8));
      }
      assertThat(facts).contains("compare-and-swap=on");
      client.sync();
    }
  }

  @Test
  void swap_isAnsweredByAByte_andTheValueIfItIsAnother() {
    try (RawClient client = connect()) {
      client.send(swap("/k", "x", "mine")).expect(ABSENT).sync();
      client.send(swap("/k", "", "mine")).expect(SWAPPED).sync();
      client.send(swap("/k", "", "mine")).expect(OTHER + blob("mine")).sync();
      client.send(swap("/k", "mine", "mine")).expect(SWAPPED).sync();
      client.send(swap("/k", "mine", "")).expect(SWAPPED).sync();
      client.send(swap("/k", "x", "")).expect(OTHER + blob("")).sync();
      client.send(swap("/k", "", "last") + "03" + blob("/k")).expect(SWAPPED + blob("last")).sync();
    }
  }

  @Test
  void swaps_sentAtOnceByManyClients_areTakenOnce() {
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        clients.add(connect());
      }
      clients.forEach(client -> client.send(swap("/lock", "", "mine")));
      int swapped = 0;
      for (RawClient client : clients) {
        if (client.read(1)[0] == 0) {
          swapped++;
        } else {
          client.expect(blob("mine"));
        }
        client.sync();
      }
      assertThat(swapped).isEqualTo(1);
    } finally {
      clients.forEach(RawClient::close);
    }
  }

  @Test
  void otherValue_ofAnyLength_isReplied() {
    String value = "v".repeat(8 << 20);
    elsewhere(set("/long", value));
    try (RawClient client = connect()) {
      client.send(swap("/long", "x", "y") + swap("/k", "", "z")).expect(OTHER);
      assertThat(client.readBlob()).hasSize(value.length()).containsOnly('v');
      client.expect(SWAPPED).sync();
    }
  }

  @Test
  void appendedValue_isCompared() {
    String half = "v".repeat(1000);
    elsewhere(set("/k", half) + "09" + blob("/k") + blob(half));
    try (RawClient client = connect()) {
      client.send(swap("/k", half, "x")).expect(OTHER + blob(half + half));
      client.send(swap("/k", half + half, "x")).expect(SWAPPED).sync();
    }
  }

  @Test
  void swap_endsWaits_ifItSwapped() {
    try (RawClient waiting = connect();
        RawClient client = connect()) {
      waiting.send(await("/k")).sync();
      client.send(swap("/k", "x", "v")).expect(ABSENT).sync();
      waiting.sync();
      client.send(swap("/k", "", "v")).expect(SWAPPED).sync();
      waiting.expect("00").sync();
      // A client's own wait ends before its request is answered.
      client.send(await("/own") + swap("/own", "", "v")).expect("00" + SWAPPED).sync();
    }
  }
}
