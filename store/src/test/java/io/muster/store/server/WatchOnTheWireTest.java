package io.muster.store.server;

import static io.muster.fixtures.wire.RawClient.STOP_WAITING;
import static io.muster.fixtures.wire.RawClient.WAIT_CANCELED;
import static io.muster.fixtures.wire.RawClient.blob;
import static io.muster.fixtures.wire.RawClient.i64;
import static io.muster.fixtures.wire.RawClient.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.wire.RawClient;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes of WAIT_CHANGE and CHANGES. */
class WatchOnTheWireTest extends ServerTest {
  private static final String FOUND = "00";
  private static final String NOT_KEPT = "01";
  private static final String NOW = i64(-1);
  private static final String SET = "00";
  private static final String DELETED = "01";
  private static final String CLEARED = "02";

  WatchOnTheWireTest(ServerBackend backend) {
    super(backend);
  }

  private static String changes(String prefix, long after) {
    return "8a" + blob(prefix) + i64(after);
  }

  private static String awaitChange(String prefix, long after) {
    return "89" + blob(prefix) + i64(after);
  }

  private static String change(long revision, String kind, String key, String value) {
    String head =
        i64(revision) + kind + HexFormat.of().formatHex(key.getBytes(StandardCharsets.UTF_8));
    return blob(RawClient.bytes(head)) + blob(value);
  }

  @Test
  void changes_areTheRevision_theirNumber_andTwoBlobsEach() {
    try (RawClient client = connect()) {
      elsewhere(set("/k", "before"));
      client.send("8a" + blob("/k") + NOW).expect(FOUND + i64(1) + i64(0)).sync();

      elsewhere(set("/k", "v") + set("/other", "w"));
      try (RawClient other = connect()) {
        other.send("08" + blob("/k")).expect(i64(1)).sync();
      }
      client
          .send(changes("/k", 1))
          .expect(FOUND + i64(4) + i64(2))
          .expect(change(2, SET, "/k", "v") + change(4, DELETED, "/k", ""));
      client.send(changes("/k", 4)).expect(FOUND + i64(4) + i64(0)).sync();
      client.send(changes("/k", 0)).expect(NOT_KEPT + i64(4)).sync();
      client.send(changes("/k", 5)).expect(NOT_KEPT + i64(4)).sync();

      server().jobs().get(0).clear();
      client.send(changes("/k", 4)).expect(FOUND + i64(5) + i64(1));
      client.expect(change(5, CLEARED, "", "")).sync();
    }
  }

  @Test
  void wait_endsWithAByte_andCanBeCanceled() {
    try (RawClient client = connect()) {
      client.send(awaitChange("/k", 0)).sync();
      elsewhere(set("/other", "v"));
      client.sync();
      elsewhere(set("/k", "v"));
      client.expect(STOP_WAITING).sync();

      client.send(awaitChange("/k", 1)).expect(STOP_WAITING);
      client.send(awaitChange("/k", 2)).sync();
      client.send(RawClient.CANCEL_WAIT).expect(WAIT_CANCELED).sync();
      elsewhere(set("/k", "v"));
      client.sync();
    }
  }

  @Test
  void longValue_isReplied_whileOthersAreServed() {
    restart(options().maxHeapBytes(1L << 30));
    String value = "v".repeat(8 << 20);
    try (RawClient client = connect()) {
      client.send("8a" + blob("/k") + NOW).expect(FOUND + i64(0) + i64(0));
      elsewhere(set("/k", value));
      client.send(changes("/k", 0)).expect(FOUND + i64(1) + i64(1));
      elsewhere(set("/k", "w"));
      assertThat(client.readBlob()).hasSize(11);
      assertThat(client.readBlob()).hasSize(value.length()).containsOnly('v');
      client.send(changes("/k", 1)).expect(FOUND + i64(2) + i64(1));
      client.expect(change(2, SET, "/k", "w")).sync();
    }
  }

  @Test
  void watchers_ofManyPrefixes_areEachWokenByTheirs() {
    RawClient[] clients = new RawClient[50];
    try {
      for (int i = 0; i < clients.length; i++) {
        clients[i] = connect();
        clients[i].send(awaitChange("/" + i + "/", 0)).sync();
      }
      for (int i = 0; i < clients.length; i++) {
        elsewhere(set("/" + i + "/k", "v"));
      }
      for (RawClient client : clients) {
        client.expect(STOP_WAITING).sync();
      }
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }
}
