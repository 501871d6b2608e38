package io.muster.store.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestEncoderTest {
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

  @ParameterizedTest
  @EnumSource
  void request_isEncodedAsPyTorchDoes(GoldenRequests request) throws Exception {
    WireOutput out = new WireOutput(sent::write, 1440);

    request.write(new RequestEncoder(out));
    out.flush();

    assertThat(sent.toByteArray()).isEqualTo(request.bytes());
  }

  @Test
  void validate_carriesTheMagic() throws Exception {
    WireOutput out = new WireOutput(sent::write, 1440);

    new RequestEncoder(out).validate();
    out.flush();

    assertThat(sent.toByteArray()).isEqualTo(GoldenRequests.bytes("00 cef7853c"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 9, 10, 11, 13, 17, 64, 4096})
  void requests_throughAnyBuffer_areTheSameBytes(int bufferBytes) throws Exception {
    WireOutput out = new WireOutput(sent::write, bufferBytes);
    RequestEncoder encoder = new RequestEncoder(out);

    encoder.validate();
    for (GoldenRequests request : GoldenRequests.values()) {
      request.write(encoder);
    }
    out.flush();

    assertThat(sent.toByteArray()).isEqualTo(GoldenRequests.allInOneConnection());
  }

  @Test
  void opcodes_haveTheirCodes() {
    assertThat(Stream.of(Opcode.values()).map(Opcode::code))
        .containsExactly(
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 128, 129, 130, 131,
            132, 133, 134, 135, 136, 137, 138);
  }

  @Test
  void goldenRequests_coverEveryOpcode() {
    assertThat(Stream.of(GoldenRequests.values()).map(request -> request.bytes()[0] & 0xff))
        .containsAll(
            Stream.of(Opcode.values())
                .filter(opcode -> opcode != Opcode.VALIDATE)
                .map(Opcode::code)
                .toList());
  }
}
