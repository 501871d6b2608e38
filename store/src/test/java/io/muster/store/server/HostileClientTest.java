package io.muster.store.server;

import static io.muster.fixtures.wire.RawClient.VALIDATE;
import static io.muster.fixtures.wire.RawClient.add;
import static io.muster.fixtures.wire.RawClient.await;
import static io.muster.fixtures.wire.RawClient.blob;
import static io.muster.fixtures.wire.RawClient.i64;
import static io.muster.fixtures.wire.RawClient.set;

import io.muster.fixtures.Bystander;
import io.muster.fixtures.Eventually;
import io.muster.fixtures.wire.RawClient;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What breaks the protocol costs its sender the connection, and nobody else anything. */
class HostileClientTest extends ServerTest {
  private Bystander bystander = Bystander.of(server());

  HostileClientTest(ServerBackend backend) {
    super(backend);
  }

  @BeforeEach
  void setAKey() {
    elsewhere(set("/word", "abc"));
  }

  @AfterEach
  void expectBystanderWell() {
    bystander.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00 00000000", // another magic
        "00 3c85f7ce", // the other byte order
        "0d 01000000", // PING before VALIDATE
        "01 0200000000000000 2f6b 0000000000000000", // SET before VALIDATE
        "13",
        "7f",
        "ff",
        "ffffffffffffffff",
      })
  void firstRequest_notAValidValidate_closesTheConnection(String request) {
    try (RawClient client = RawClient.open(server())) {
      client.send(request).expectClosed();
    }
    Eventually.assertThat(() -> server().statistics().brokenConnections()).isEqualTo(1L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\u0016\u0003\u0001", "SSH-2.0-x\n"})
  void firstRequest_ofAnotherProtocol_closesTheConnection(String hello) {
    try (RawClient client = RawClient.open(server())) {
      client.trySend(hello.getBytes(StandardCharsets.ISO_8859_1)).expectClosed();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00 cef7853c", // VALIDATE again
        "13", // unknown opcodes
        "7f",
        "90",
        "ff",
        "03 ffffffffffffffff", // lengths
        "03 0000000000000080",
        "03 ffffffffffffff7f",
        "03 0000000001000000",
        "01 0200000000000000 2f6b ffffffffffffffff",
        "01 0200000000000000 2f6b ffffff7f00000000",
        "05 ffffffffffffffff", // counts
        "06 0000000000000080",
        "0a ffffffff00000000",
        "0b ffffffffffffff7f",
        "04 0500000000000000 2f776f7264 0100000000000000", // ADD to abc
        "12 0500000000000000 2f776f7264 0200000000000000", // BARRIER on abc
      })
  void request_thatCannotBeServed_closesTheConnection(String request) {
    try (RawClient client = connect();
        RawClient other = connect()) {
      client.send(request).expectClosed();

      other.send("03" + blob("/word")).expect(blob("abc")).sync();
      Eventually.assertThat(() -> server().statistics().brokenConnections()).isEqualTo(1L);
    }
  }

  @Test
  void request_brokenBehindOthers_leavesTheirRepliesAndEffects() {
    try (RawClient client = connect()) {
      client.send(set("/k", "v") + add("/n", 1) + "03" + blob("/k") + "ff" + add("/n", 1));

      client.expect(i64(1) + blob("v")).expectClosed();
    }
    try (RawClient other = connect()) {
      other.send(add("/n", 0)).expect(i64(1));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void request_truncated_isNotServed(boolean reset) {
    byte[] request = RawClient.bytes(set("/k", "value"));
    for (int length = 1; length < request.length; length++) {
      RawClient client = connect().send(Arrays.copyOf(request, length));
      if (reset) {
        client.reset();
      } else {
        client.endOutput().expectClosed();
        client.close();
      }
    }

    try (RawClient other = connect()) {
      other.send("05" + RawClient.keys("/k")).expect("01");
    }
  }

  @Test
  void validate_truncated_isNobodysLoss() {
    byte[] request = RawClient.bytes(VALIDATE);
    for (int length = 0; length < request.length; length++) {
      try (RawClient client = RawClient.open(server())) {
        client.send(Arrays.copyOf(request, length)).endOutput().expectClosed();
      }
    }
  }

  @Test
  void brokenClient_thatWaited_waitsNoMore() {
    try (RawClient client = connect()) {
      client.send(await("/never")).sync().send("ff").expectClosed();
    }
    Eventually.assertThat(() -> server().statistics().waits()).isEqualTo(0);
  }

  @Test
  void brokenClients_many_areAllCounted() {
    for (int i = 0; i < 500; i++) {
      try (RawClient client = RawClient.open(server())) {
        client.send("ff").expectClosed();
      }
    }
    Eventually.assertThat(() -> server().statistics().brokenConnections()).isEqualTo(500L);
    Eventually.assertThat(() -> server().statistics().openConnections())
        .matches("only the bystander", open -> open <= 1);
  }
}
