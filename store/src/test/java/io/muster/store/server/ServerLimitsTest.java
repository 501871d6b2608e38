package io.muster.store.server;

import static io.muster.fixtures.wire.RawClient.STOP_WAITING;
import static io.muster.fixtures.wire.RawClient.add;
import static io.muster.fixtures.wire.RawClient.await;
import static io.muster.fixtures.wire.RawClient.blob;
import static io.muster.fixtures.wire.RawClient.i64;
import static io.muster.fixtures.wire.RawClient.keys;
import static io.muster.fixtures.wire.RawClient.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Bystander;
import io.muster.fixtures.Eventually;
import io.muster.fixtures.wire.RawClient;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each limit: what is just within it is served, one more is not. */
class ServerLimitsTest extends ServerTest {
  private static final int MEBIBYTE = 1024 * 1024;

  ServerLimitsTest(ServerBackend backend) {
    super(backend);
  }

  @Test
  void key_ofTheLimit_isServed() {
    try (RawClient client = connect()) {
      client.send(add("k".repeat(8192), 1)).expect(i64(1)).sync();
    }
  }

  @Test
  void key_beyondTheLimit_closesTheConnectionBeforeItIsSent() {
    try (RawClient client = connect()) {
      client.send("03" + i64(8193)).expectClosed();
    }
  }

  @Test
  void value_ofTheLimit_isServed() {
    byte[] value = random(8 * MEBIBYTE);
    try (RawClient client = connect()) {
      client.send("01" + blob("/k") + i64(value.length)).send(value).send("03" + blob("/k"));

      assertThat(Arrays.equals(client.readBlob(), value)).isTrue();
      client.sync();
    }
  }

  @Test
  void value_beyondTheLimit_closesTheConnectionBeforeItIsSent() {
    try (RawClient client = connect()) {
      client.send("01" + blob("/k") + i64(8 * MEBIBYTE + 1)).expectClosed();
    }
  }

  @Test
  void keysOfARequest_asManyAsTheLimit_areServed() {
    String[] names = new String[131072];
    Arrays.setAll(names, i -> "/" + i);
    try (RawClient client = connect()) {
      client.send("05" + keys(names)).expect("01").sync();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"05", "06", "0a", "0b"})
  void keysOfARequest_beyondTheLimit_closeTheConnectionBeforeTheyAreSent(String opcode) {
    try (RawClient client = connect()) {
      client.send(opcode + i64(131073)).expectClosed();
    }
  }

  @Test
  void limits_lowered_hold() {
    restart(options().maxKeyBytes(4).maxValueBytes(5).maxKeysPerRequest(2));
    try (RawClient client = connect()) {
      client.send("01" + blob("/abc") + blob("12345") + "03" + blob("/abc")).expect(blob("12345"));
      client.send("05" + keys("/a", "/b")).expect("01");
    }
    for (String tooMuch :
        new String[] {
          "03" + blob("/abcd"), set("/abc", "123456"), "05" + keys("/a", "/b", "/c"),
        }) {
      try (RawClient client = connect()) {
        client.send(tooMuch).expectClosed();
      }
    }
  }

  @Test
  void value_of64MebibytesWhenAskedFor_isServed() {
    restart(options().maxValueBytes(64 * MEBIBYTE));
    byte[] value = random(64 * MEBIBYTE);
    try (RawClient client = connect();
        Bystander bystander = Bystander.of(server())) {
      assertThat(bystander).isNotNull();
      client.send("01" + blob("/k") + i64(value.length)).send(value).send("03" + blob("/k"));

      assertThat(Arrays.equals(client.readBlob(), value)).isTrue();
    }
  }

  @Test
  void storedBytes_uptoTheLimit_areKept() {
    restart(options().maxStoredBytes(10));
    try (RawClient client = connect()) {
      client.send(set("/k", "12345678") + set("/k", "87654321")).sync();
      client.send("08" + blob("/k") + "0e" + blob("/q") + blob("12345678")).expect(i64(1)).sync();

      assertThat(server().statistics().storedBytes()).isEqualTo(10);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "01 0200000000000000 2f6b 0700000000000000 31323334353637",
        "02 0200000000000000 2f6b 0100000000000000 78 0700000000000000 31323334353637",
        "09 0200000000000000 2f6b 0600000000000000 313233343536",
        "0e 0200000000000000 2f71 0600000000000000 313233343536",
        "0b 0200000000000000 0200000000000000 2f6b 0100000000000000 79"
            + " 0200000000000000 2f6c 0500000000000000 3132333435",
        "04 0200000000000000 2f6e 40420f0000000000",
      })
  void storedBytes_beyondTheLimit_closeTheConnectionAndNothingIsKept(String write) {
    restart(options().maxStoredBytes(10));
    try (RawClient client = connect();
        RawClient waiter = connect();
        RawClient other = connect()) {
      other.send(set("/k", "x") + set("/", "12345")).sync();
      other.send("08" + blob("/")).expect(i64(1)).send(set("/", "1")).sync();
      waiter.send(await("/l")).sync();
      assertThat(server().statistics().storedBytes()).isEqualTo(5);

      client.send(write).expectClosed();

      other.send("03" + blob("/k")).expect(blob("x"));
      assertThat(server().statistics().storedBytes()).isEqualTo(5);
      waiter.sync();
    }
  }

  @Test
  void connection_beyondTheLimit_isRefusedUntilOneLeaves() {
    restart(options().maxConnections(2));
    RawClient leaving = connect();
    try (RawClient staying = connect()) {
      try (RawClient refused = RawClient.open(server())) {
        refused.expectClosed();
      }
      leaving.close();
      Eventually.assertThat(() -> server().statistics().openConnections()).isEqualTo(1);

      try (RawClient next = connect()) {
        next.send(set("/k", "v") + await("/k")).expect(STOP_WAITING);
      }
      staying.sync();
      assertThat(server().statistics().refusedConnections()).isEqualTo(1);
    }
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(length).nextBytes(bytes);
    return bytes;
  }
}
