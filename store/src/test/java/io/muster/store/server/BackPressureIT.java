package io.muster.store.server;

import static io.muster.fixtures.wire.RawClient.STOP_WAITING;
import static io.muster.fixtures.wire.RawClient.add;
import static io.muster.fixtures.wire.RawClient.await;
import static io.muster.fixtures.wire.RawClient.blob;
import static io.muster.fixtures.wire.RawClient.i64;
import static io.muster.fixtures.wire.RawClient.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.fixtures.Bystander;
import io.muster.fixtures.Eventually;
import io.muster.fixtures.wire.RawClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that ask for more than they read. */
@Tag("slow")
class BackPressureIT extends ServerTest {
  private static final int KEYS = 10_000;
  private static final int KEY_BYTES = 100;
  private static final long LISTING = 8 + KEYS * (8L + KEY_BYTES);

  private final Memory memory = Memory.now();
  private final Bystander bystander = Bystander.of(server());

  BackPressureIT(ServerBackend backend) {
    super(backend);
  }

  @BeforeEach
  void awaitBystander() {
    try (RawClient client = connect()) {
      client.send(await("/bystander/count")).expect(STOP_WAITING);
    }
  }

  @AfterEach
  void expectBystanderWell() {
    bystander.close();
  }

  /** A megabyte of keys beside the bystander's two. */
  private void fillWithKeys() {
    StringBuilder sets = new StringBuilder();
    for (int i = 0; i < KEYS; i++) {
      String name = "/" + i + ".";
      sets.append(set(name + "x".repeat(KEY_BYTES - name.length()), ""));
    }
    elsewhere(sets.toString());
  }

  private static long listingBeside(String... others) {
    long length = LISTING;
    for (String other : others) {
      length += 8 + other.length();
    }
    return length;
  }

  @Test
  void listings_pipelinedAndNeverRead_fillNoMemory() {
    fillWithKeys();
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        clients.add(connect().send("11".repeat(2000)));
      }
      try (RawClient other = connect()) {
        for (int i = 1; i <= 1000; i++) {
          other.send(add("/n", 1)).expect(i64(i));
        }
      }

      memory.expectGrownBelow(128);
    } finally {
      clients.forEach(RawClient::reset);
    }
    Eventually.assertThat(() -> server().statistics().openConnections()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void listings_pipelinedAndReadLate_allArriveWhole(boolean halfClosed) {
    fillWithKeys();
    long one = listingBeside("/bystander/value", "/bystander/count");
    try (RawClient client = connect()) {
      client.send("11".repeat(50));
      if (halfClosed) {
        client.endOutput();
      }
      for (int i = 0; i < 50; i++) {
        assertThat(client.readLong()).isEqualTo(KEYS + 2);
        client.skip(one - 8);
      }
      if (halfClosed) {
        client.expectClosed();
      } else {
        client.sync();
      }
    }
  }

  @Test
  void oneRequest_forMuchMoreThanItself_fillsNoMemory() {
    int times = 65_536;
    String value = "x".repeat(4000);
    elsewhere(set("/v", value));
    byte[] request = RawClient.bytes("0a" + i64(times) + blob("/v").repeat(times));
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        clients.add(connect().send(request));
      }
      elsewhere("");
      memory.expectGrownBelow(128);

      for (int i = 0; i < times; i++) {
        assertThat(clients.get(0).readLong()).isEqualTo(value.length());
        clients.get(0).skip(value.length());
      }
      clients.get(0).sync();
    } finally {
      clients.forEach(RawClient::close);
    }
  }

  @Test
  void largeValues_pipelinedAndNeverRead_fillNoMemory() {
    byte[] value = new byte[4 << 20];
    connect().send("01" + blob("/v") + i64(value.length)).send(value).sync().close();
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        clients.add(connect().send(("03" + blob("/v")).repeat(30)));
      }
      elsewhere("");
      memory.expectGrownBelow(256);

      for (int i = 0; i < 30; i++) {
        assertThat(clients.get(0).readLong()).isEqualTo(value.length);
        clients.get(0).skip(value.length);
      }
      clients.get(0).sync();
    } finally {
      clients.forEach(RawClient::close);
    }
  }

  @Test
  void release_duringALongReply_comesBehindIt() {
    fillWithKeys();
    long listing = listingBeside("/bystander/value", "/bystander/count");
    try (RawClient client = connect()) {
      client.send(await("/k")).sync().send("11".repeat(50));
      elsewhere(set("/k", "v"));

      int released = 0;
      for (int i = 0; i < 50; i++) {
        int first = client.read(1)[0];
        if (released == 0 && first == 0) {
          released++;
          first = client.read(1)[0];
        }
        byte[] rest = client.read(7);
        long keys = (first & 0xff) + ((rest[0] & 0xffL) << 8);
        assertThat(keys).isBetween(KEYS + 2L, KEYS + 3L);
        client.skip(listing - 8 + (keys - KEYS - 2) * (8 + 2));
      }
      if (released == 0) {
        client.expect(STOP_WAITING);
      }
      client.sync();
    }
  }

  @Test
  void requests_farMoreThanTheSocketHolds_areAllRepliedTo() {
    String value = "x".repeat(3000);
    elsewhere(set("/v", value));
    int requests = 20_000;
    try (RawClient client = connect()) {
      Background<Boolean> sender =
          Background.run(
              () -> {
                byte[] some = RawClient.bytes(("03" + blob("/v")).repeat(100));
                for (int i = 0; i < requests / 100; i++) {
                  client.send(some);
                }
              });
      for (int i = 0; i < requests; i++) {
        assertThat(client.readLong()).isEqualTo(value.length());
        client.skip(value.length());
      }
      assertThat(sender.result()).isTrue();
      client.sync();
    }
  }

  @Test
  void client_thatEndsItsOutput_getsItsRepliesAndThenTheEnd() {
    try (RawClient client = connect()) {
      client.send(set("/k", "v") + add("/n", 5) + "03" + blob("/k")).endOutput();

      client.expect(i64(5) + blob("v")).expectClosed();
    }
  }

  @Test
  void client_thatEndsItsOutputWhileItWaits_isGone() {
    try (RawClient client = connect()) {
      client.send(await("/never")).sync().endOutput().expectClosed();
    }
    Eventually.assertThat(() -> server().statistics().waits()).isEqualTo(0);
  }
}
