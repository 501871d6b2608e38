package io.muster.store.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bytes of HELLO's answer, and of a refusal among replies. Fault A11. */
class HelloTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final WireOutput out = new WireOutput(bytes::write, 64);

  private WireInput written() throws IOException {
    out.flush();
    return new WireInput(new ByteArrayInputStream(bytes.toByteArray()));
  }

  @Test
  void answer_tellsFactsAndFeatures() throws IOException {
    Hello.write(
        out,
        Hello.facts("name", WireLimits.PYTORCH),
        Hello.request("refusals", "from the future", "="),
        List.of("refusals", "another"));

    Hello hello = Hello.read(written());

    assertThat(hello.server()).isEqualTo("name");
    assertThat(hello.facts())
        .containsEntry("version", "1")
        .containsEntry("max-key-bytes", "8192")
        .containsEntry("max-keys", "131072")
        .containsEntry("refusals", "on")
        .containsEntry("from the future", "unknown");
    assertThat(hello.isOn("refusals")).isTrue();
    assertThat(hello.isOn("from the future")).isFalse();
    assertThat(hello.isOn("another")).isFalse();
  }

  @Test
  void answer_ofTooManyFacts_isRefused() throws IOException {
    out.putLong(1L << 40);

    assertThatExceptionOfType(WireException.class).isThrownBy(() -> Hello.read(written()));
  }

  @Test
  void refusal_beginsWithBytesThatBeginNoReply() throws IOException {
    Refusal.write(out, "why");
    out.flush();

    assertThat(HexFormat.of().formatHex(bytes.toByteArray()))
        .isEqualTo("ff005245465553de" + "0300000000000000" + "776879");
  }

  @Test
  void refusal_isSeenWhereAReplyIsDue() throws IOException {
    Refusal.write(out, "why");
    for (Reading reading :
        List.<Reading>of(WireInput::getByte, WireInput::getLong, WireInput::getBlob)) {
      WireInput in = written();
      in.expectRefusals();
      assertThatExceptionOfType(RefusedException.class)
          .isThrownBy(() -> reading.from(in))
          .withMessage("why");
    }
  }

  @Test
  void numbersThatMayBeAny_areNoRefusals() throws IOException {
    Refusal.write(out, "why");
    WireInput in = written();
    in.expectRefusals();

    assertThat(in.getNumber()).isEqualTo(Refusal.MARK);
  }

  @Test
  void refusals_areNotExpectedUnlessAskedFor() throws IOException {
    Refusal.write(out, "why");

    assertThat(written().getByte()).isEqualTo(0xff);
  }

  @Test
  void refusal_ofMuchText_isCut() throws IOException {
    Refusal.write(out, "x".repeat(1 << 20));
    WireInput in = written();
    in.expectRefusals();

    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(in::getByte)
        .satisfies(e -> assertThat(e.getMessage()).hasSize(1024));
  }

  private interface Reading {
    Object from(WireInput in) throws IOException;
  }
}
