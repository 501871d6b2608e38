package io.muster.store.server;

import static io.muster.fixtures.wire.RawClient.add;
import static io.muster.fixtures.wire.RawClient.await;
import static io.muster.fixtures.wire.RawClient.blob;
import static io.muster.fixtures.wire.RawClient.i64;
import static io.muster.fixtures.wire.RawClient.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Eventually;
import io.muster.fixtures.wire.RawClient;
import io.muster.store.TcpStore;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a server counts. */
class ServerStatisticsTest extends ServerTest {
  ServerStatisticsTest(ServerBackend backend) {
    super(backend);
  }

  @Test
  void statistics_ofANewServer_areZero() {
    assertThat(server().statistics())
        .isEqualTo(new StoreServerStatistics(0, 0, 0, 0, 0, 0, 0, Map.of()));
  }

  @Test
  void statistics_afterRequests_countThem() {
    try (RawClient client = connect()) {
      client.send(set("/key", "value") + set("/key", "v") + add("/n", 10)).expect(i64(10));
      client.send("0e" + blob("/q") + blob("item") + await("/never")).sync();

      StoreServerStatistics seen = server().statistics();
      assertThat(seen.requests())
          .isEqualTo(
              Map.of(
                  "VALIDATE", 1L, "PING", 2L, "SET", 2L, "ADD", 1L, "QUEUE_PUSH", 1L, "WAIT", 1L));
      assertThat(seen.openConnections()).isEqualTo(1);
      assertThat(seen.acceptedConnections()).isEqualTo(1);
      assertThat(seen.waits()).isEqualTo(1);
      assertThat(seen.keys()).isEqualTo(2);
      assertThat(seen.storedBytes()).isEqualTo(4 + 1 + 2 + 2 + 2 + 4);
    }
    Eventually.assertThat(() -> server().statistics().openConnections()).isEqualTo(0);
    assertThat(server().statistics().acceptedConnections()).isEqualTo(1);
    assertThat(server().statistics().brokenConnections()).isZero();
  }

  @Test
  void statistics_afterFinds_countOneRequestEach() {
    try (TcpStore store = TcpStore.connect("127.0.0.1", server().port())) {
      store.set("k", "v");

      assertThat(store.findString("k")).contains("v");
      assertThat(store.find("other")).isEmpty();

      assertThat(server().statistics().requests())
          .containsEntry("TRY_GET", 2L)
          .containsOnlyKeys("VALIDATE", "CHECK", "HELLO", "SET", "TRY_GET");
    }
  }

  @Test
  void statistics_afterEverythingIsTakenAway_countNoBytes() {
    try (RawClient client = connect()) {
      client.send(set("/k", "value") + "09" + blob("/k") + blob("more")).sync();
      client.send("02" + blob("/k") + blob("valuemore") + blob("x")).expect(blob("x"));
      client.send("0e" + blob("/q") + blob("item") + "0f" + blob("/q"));
      client.expect(i64(1) + blob("item")).send("08" + blob("/k")).expect(i64(1));

      assertThat(server().statistics().storedBytes()).isZero();
    }
  }
}
