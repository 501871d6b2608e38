package io.muster.rpc.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The bytes of messages, and bytes that are no message. */
class MessagesTest {
  private static final HexFormat HEX = HexFormat.of();

  private static byte[] bytes(Frame frame) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Body part : List.of(frame.head(), frame.body())) {
      all.write(part.array(), part.offset(), part.length());
    }
    assertThat(frame.size()).isEqualTo(all.size());
    return all.toByteArray();
  }

  private static byte[] rest(Body body) {
    return Arrays.copyOfRange(body.array(), body.offset(), body.offset() + body.length());
  }

  private static final String REQUEST =
      "01" // version
          + "0102030405060708" // callee
          + "00000003" // caller
          + "03" // has a target and a result
          + "00000001"
          + "0000000000000005" // target
          + "00000003"
          + "0000000000000009" // result
          + "0004"
          + "6563686f" // echo
          + "aabb"; // arguments

  @Test
  void request_isTheseBytes() {
    Request request =
        new Request(
            0x0102030405060708L,
            3,
            "echo",
            Optional.of(new ObjectId(1, 5)),
            Optional.of(new ObjectId(3, 9)),
            Body.of(HEX.parseHex("aabb")));

    assertThat(HEX.formatHex(bytes(request.encode()))).isEqualTo(REQUEST);
  }

  @Test
  void request_isReadFromTheseBytes() {
    Request request = Request.decode(HEX.parseHex(REQUEST));

    assertThat(request.callee()).isEqualTo(0x0102030405060708L);
    assertThat(request.caller()).isEqualTo(3);
    assertThat(request.function()).isEqualTo("echo");
    assertThat(request.target()).contains(new ObjectId(1, 5));
    assertThat(request.result()).contains(new ObjectId(3, 9));
    assertThat(rest(request.arguments())).containsExactly(0xaa, 0xbb);
  }

  @Test
  void request_cutShort_isNone() {
    byte[] whole = HEX.parseHex(REQUEST);
    for (int length = 0; length < whole.length - 2; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> Request.decode(cut));
    }
  }

  @Test
  void request_ofAnotherVersionOrWithUnknownFlags_isNone() {
    assertThatExceptionOfType(MalformedException.class)
        .isThrownBy(() -> Request.decode(HEX.parseHex("02" + REQUEST.substring(2))))
        .withMessage("a request of version 2, not 1");
    assertThatExceptionOfType(MalformedException.class)
        .isThrownBy(
            () ->
                Request.decode(
                    HEX.parseHex(REQUEST.substring(0, 26) + "04" + REQUEST.substring(28))))
        .withMessage("a request with flags 0x4");
  }

  @Test
  void responses_areTheseBytesAndReadFromThem() {
    Body body = Body.of(HEX.parseHex("cc"));
    assertThat(HEX.formatHex(bytes(new Response.Value(body).encode()))).isEqualTo("00cc");
    assertThat(HEX.formatHex(bytes(new Response.ValueWithReferences(7, body).encode())))
        .isEqualTo("020000000000000007cc");
    assertThat(HEX.formatHex(bytes(new Response.Failure(new RemoteFailure("E", "ö", "")).encode())))
        .isEqualTo("010000000145" + "00000002c3b6" + "00000000");

    assertThat(Response.decode(HEX.parseHex("00cc")))
        .isInstanceOfSatisfying(
            Response.Value.class, value -> assertThat(rest(value.result())).containsExactly(0xcc));
    assertThat(Response.decode(HEX.parseHex("020000000000000007cc")))
        .isInstanceOfSatisfying(
            Response.ValueWithReferences.class, value -> assertThat(value.ticket()).isEqualTo(7));
    assertThat(Response.decode(HEX.parseHex("010000000145" + "00000002c3b6" + "00000000")))
        .isEqualTo(new Response.Failure(new RemoteFailure("E", "ö", "")));
  }

  @Test
  void response_cutShortOrWithALengthBeyondIt_isNone() {
    for (String hex :
        List.of("", "03", "02", "0200", "01", "01000000", "010000000545", "01ffffffff")) {
      assertThatExceptionOfType(MalformedException.class)
          .as(hex)
          .isThrownBy(() -> Response.decode(HEX.parseHex(hex)));
    }
  }

  @Test
  void controls_areTheseBytesAndReadFromThem() {
    Control control = new Control(Control.Kind.RELEASE, 1, 2, new ObjectId(3, 4), 5);
    byte[] bytes = bytes(control.encode());

    assertThat(HEX.formatHex(bytes))
        .isEqualTo(
            "01"
                + "03"
                + "0000000000000001"
                + "00000002"
                + "00000003"
                + "0000000000000004"
                + "0000000000000005");
    for (Control.Kind kind : Control.Kind.values()) {
      Control other = Control.of(kind, -1, 7, 8);
      assertThat(Control.decode(bytes(other.encode()))).isEqualTo(other);
    }
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> Control.decode(cut));
    }
    bytes[1] = 9;
    assertThatExceptionOfType(MalformedException.class)
        .isThrownBy(() -> Control.decode(bytes))
        .withMessage("a control message of kind 9");
  }

  @Test
  void thrown_endless_isCut() {
    RemoteFailure thrown = RemoteFailure.of(new IllegalStateException("x".repeat(1 << 20)));

    assertThat(thrown.message()).hasSize((4 << 10) + 1).endsWith("…");
    assertThat(thrown.stack().getBytes(StandardCharsets.UTF_8).length).isLessThan(40 << 10);
  }
}
