package io.muster.store.server;

import static io.muster.fixtures.wire.RawClient.VALIDATE;
import static io.muster.fixtures.wire.RawClient.add;
import static io.muster.fixtures.wire.RawClient.blob;
import static io.muster.fixtures.wire.RawClient.i64;
import static io.muster.fixtures.wire.RawClient.keys;
import static io.muster.fixtures.wire.RawClient.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.wire.RawClient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The bytes that PyTorch 2.14 sends and expects, as they were recorded. */
class WireExactnessTest extends ServerTest {
  private record Exchange(String request, String reply) {}

  private static final List<Exchange> RECORDED =
      List.of(
          new Exchange("0d 411e0000", "411e0000"),
          new Exchange("01 0300000000000000 2f6b31 0200000000000000 7631", ""),
          new Exchange("01 0600000000000000 2f656d707479 0000000000000000 -", ""),
          new Exchange("06 0100000000000000 0300000000000000 2f6b31", "00"),
          new Exchange("03 0300000000000000 2f6b31", "0200000000000000 7631"),
          new Exchange("06 0100000000000000 0600000000000000 2f656d707479", "00"),
          new Exchange("03 0600000000000000 2f656d707479", "0000000000000000"),
          new Exchange("06 0100000000000000 0800000000000000 2f6d697373696e67 0c", "01"),
          new Exchange("04 0400000000000000 2f637472 0500000000000000", "0500000000000000"),
          new Exchange("04 0400000000000000 2f637472 feffffffffffffff", "0300000000000000"),
          new Exchange("03 0400000000000000 2f637472", "0100000000000000 33"),
          new Exchange("01 0400000000000000 2f6e756d 0200000000000000 3431", ""),
          new Exchange("04 0400000000000000 2f6e756d 0100000000000000", "2a00000000000000"),
          new Exchange("05 0100000000000000 0300000000000000 2f6b31", "00"),
          new Exchange(
              "05 0200000000000000 0300000000000000 2f6b31 0800000000000000 2f6d697373696e67",
              "01"),
          new Exchange("05 0000000000000000", "00"),
          new Exchange(
              "06 0200000000000000 0300000000000000 2f6b31 0400000000000000 2f637472", "00"),
          new Exchange("06 0000000000000000", "00"),
          new Exchange(
              "02 0300000000000000 2f6373 0000000000000000 - 0500000000000000 6669727374",
              "0500000000000000 6669727374"),
          new Exchange(
              "02 0300000000000000 2f6373 0500000000000000 6669727374"
                  + " 0600000000000000 7365636f6e64",
              "0600000000000000 7365636f6e64"),
          new Exchange(
              "02 0300000000000000 2f6373 0400000000000000 6e6f7065 0500000000000000 7468697264",
              "0600000000000000 7365636f6e64"),
          new Exchange(
              "02 0300000000000000 2f6373 0000000000000000 - 0100000000000000 78",
              "0600000000000000 7365636f6e64"),
          new Exchange(
              "02 0700000000000000 2f63736d697373 0300000000000000 657870 0300000000000000 646573",
              "0300000000000000 657870"),
          new Exchange("05 0100000000000000 0700000000000000 2f63736d697373", "01"),
          new Exchange("07", "0500000000000000"),
          new Exchange("08 0300000000000000 2f6373", "0100000000000000"),
          new Exchange("08 0300000000000000 2f6373", "0000000000000000"),
          new Exchange("07", "0400000000000000"),
          new Exchange("09 0300000000000000 2f6170 0300000000000000 6f6e65", ""),
          new Exchange("09 0300000000000000 2f6170 0300000000000000 74776f", ""),
          new Exchange("03 0300000000000000 2f6170", "0600000000000000 6f6e6574776f"),
          new Exchange(
              "0b 0200000000000000 0300000000000000 2f6d31 0100000000000000 61"
                  + " 0300000000000000 2f6d32 0200000000000000 6262",
              ""),
          new Exchange(
              "0a 0200000000000000 0300000000000000 2f6d31 0300000000000000 2f6d32",
              "0100000000000000 61 0200000000000000 6262"),
          new Exchange("0a 0000000000000000", ""),
          new Exchange("0b 0000000000000000", ""),
          new Exchange("04 0500000000000000 696e69742f 0100000000000000", "0100000000000000"),
          new Exchange("12 0300000000000000 2f6231 0100000000000000", "00"),
          new Exchange("12 0300000000000000 2f6233 0200000000000000 0c", "01"),
          new Exchange("0e 0200000000000000 2f71 0200000000000000 6931", ""),
          new Exchange("0e 0200000000000000 2f71 0200000000000000 6932", ""),
          new Exchange("10 0200000000000000 2f71", "0200000000000000"),
          new Exchange("06 0100000000000000 0200000000000000 2f71", "00"),
          new Exchange("0f 0200000000000000 2f71", "0200000000000000 0200000000000000 6931"),
          new Exchange("0f 0200000000000000 2f71", "0100000000000000 0200000000000000 6932"),
          new Exchange("0f 0200000000000000 2f71", "0000000000000000"),
          new Exchange("10 0200000000000000 2f71", "0000000000000000"));

  WireExactnessTest(ServerBackend backend) {
    super(backend);
  }

  @Test
  void requests_sentOneByOne_areRepliedToAsRecorded() {
    try (RawClient client = connect()) {
      for (Exchange exchange : RECORDED) {
        client.send(exchange.request).expect(exchange.reply);
      }
      client.sync();
    }
  }

  @Test
  void requests_sentInOneSegment_areRepliedToInOrder() {
    try (RawClient client = RawClient.open(server())) {
      client.send(VALIDATE + all(RECORDED.stream().map(Exchange::request).toList()));
      client.expect(all(RECORDED.stream().map(Exchange::reply).toList())).sync();
    }
  }

  @Test
  void requests_sentByteByByte_areRepliedToAsRecorded() {
    try (RawClient client = RawClient.open(server());
        RawClient other = connect()) {
      sendInPieces(client, other, VALIDATE, 1);
      for (Exchange exchange : RECORDED) {
        sendInPieces(client, other, exchange.request, 1);
        client.expect(exchange.reply);
      }
    }
  }

  @Test
  void request_splitAnywhere_isServedOnce() {
    byte[] request = RawClient.bytes(RawClient.add("/n", 1));
    try (RawClient client = connect();
        RawClient other = connect()) {
      for (int split = 1; split < request.length; split++) {
        client.send(Arrays.copyOfRange(request, 0, split));
        other.sync();
        client.send(Arrays.copyOfRange(request, split, request.length)).expect(i64(split));
      }
    }
  }

  @Test
  void requests_mixedWithOthersSplitElsewhere_areToldApart() {
    String text = RECORDED.stream().map(Exchange::request).collect(Collectors.joining());
    try (RawClient client = connect();
        RawClient other = connect()) {
      sendInPieces(client, other, text, 7);
      client.expect(all(RECORDED.stream().map(Exchange::reply).toList())).sync();
    }
  }

  @Test
  void validate_splitAnywhere_isAccepted() {
    byte[] validate = RawClient.bytes(VALIDATE);
    try (RawClient other = connect()) {
      for (int split = 1; split < validate.length; split++) {
        try (RawClient client = RawClient.open(server())) {
          client.send(Arrays.copyOfRange(validate, 0, split));
          other.sync();
          client.send(Arrays.copyOfRange(validate, split, validate.length)).sync();
        }
      }
    }
  }

  @Test
  void listKeys_withTheJoinCounter_namesEveryKeyAsItIsOnTheWire() {
    try (RawClient client = connect()) {
      client.send("11").expect(i64(0));

      client.send(set("/a", "1") + RawClient.add("init/", 1)).expect(i64(1));

      client.send("11");
      assertThat(client.readLong()).isEqualTo(2);
      List<String> listed = new ArrayList<>();
      listed.add(new String(client.readBlob(), java.nio.charset.StandardCharsets.UTF_8));
      listed.add(new String(client.readBlob(), java.nio.charset.StandardCharsets.UTF_8));
      assertThat(listed).containsExactlyInAnyOrder("/a", "init/");
      client.sync();
    }
  }

  @Test
  void get_ofMissingKeys_isEmpty() {
    try (RawClient client = connect()) {
      client.send("03" + blob("/none")).expect(i64(0));
      client.send(set("/a", "1") + "0a" + keys("/none", "/a", "/not"));
      client.expect(i64(0) + blob("1") + i64(0)).sync();
    }
  }

  @Test
  void key_ofAnyBytes_isKept() {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    try (RawClient client = connect()) {
      client.send("01" + blob(all) + blob("x") + "03" + blob(all)).expect(blob("x"));
      client.send("01" + blob("") + blob("y") + "03" + blob("")).expect(blob("y"));
      client.send("08" + blob("") + "11").expect(i64(1) + i64(1) + blob(all));
    }
  }

  private static void sendInPieces(RawClient client, RawClient other, String hex, int size) {
    byte[] bytes = RawClient.bytes(hex);
    for (int from = 0; from < bytes.length; from += size) {
      client.send(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + size)));
      other.sync();
    }
  }

  private static String all(List<String> parts) {
    return String.join("", parts);
  }

  /** So many that their replies are sent together. */
  @Test
  void crowd_askingAtOnce_eachGetsItsOwnValue() {
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        clients.add(connect().send(set("/" + i, "v".repeat(i))).sync());
      }
      for (int round = 0; round < 20; round++) {
        for (int i = 0; i < clients.size(); i++) {
          clients.get(i).send("03" + blob("/" + i) + add("/n" + i, 1));
        }
        for (int i = 0; i < clients.size(); i++) {
          clients.get(i).expect(blob("v".repeat(i)) + i64(round + 1));
        }
      }
      for (int i = 0; i < clients.size(); i++) {
        clients.get(i).send("03" + blob("/" + i)).endOutput();
      }
      for (int i = 0; i < clients.size(); i++) {
        clients.get(i).expect(blob("v".repeat(i))).expectClosed();
      }
    } finally {
      clients.forEach(RawClient::close);
    }
  }
}
