package io.muster.collectives.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.collectives.internal.wire.Preamble.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames of two PyTorch ranks, one of which broadcasts 16 bytes in its second call. */
class PreambleTest {
  private static final long SLOT = 0x0600000001000000L;
  private static final String NONE = "0000000000000000";
  private static final String REST = "0000000100000006" + NONE + "1000000000000000" + NONE;

  @ParameterizedTest
  @CsvSource({
    "RECEIVE_READY, 3000000000000000 0300000000000000",
    "SEND_READY,    3000000000000000 0200000000000000",
    "DATA,          4000000000000000 0100000000000000",
  })
  void capturedFrame_isWhatIsEncodedAndDecoded(Kind kind, String start) throws Exception {
    Preamble preamble = new Preamble(kind, SLOT, 16);
    byte[] captured = Hex.bytes(start + REST);

    assertThat(preamble.encode().array()).isEqualTo(captured);
    assertThat(Preamble.decode(littleEndian(captured))).isEqualTo(preamble);
  }

  @Test
  void decode_movesBehindThePreambleOnly() throws Exception {
    ByteBuffer in = ByteBuffer.allocate(3 + Preamble.BYTES + 16).order(ByteOrder.LITTLE_ENDIAN);
    in.position(3).put(Hex.bytes("4000000000000000 0100000000000000" + REST)).position(3);

    Preamble.decode(in);

    assertThat(in.position()).isEqualTo(3 + Preamble.BYTES);
  }

  @ParameterizedTest
  @CsvSource({
    "DATA,          0,                  48",
    "SEND_READY,    0,                  48",
    "RECEIVE_READY, 0,                  48",
    "SEND_READY,    9223372036854775807, 48",
    "DATA,          1,                  49",
  })
  void total_countsThePayloadOfDataOnly(Kind kind, long length, long total) throws Exception {
    ByteBuffer encoded = new Preamble(kind, -1, length).encode().order(ByteOrder.LITTLE_ENDIAN);

    assertThat(encoded.getLong(0)).isEqualTo(total);
    assertThat(Preamble.decode(encoded)).isEqualTo(new Preamble(kind, -1, length));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 4, 5, -1, 0x100000001L, Long.MAX_VALUE, Long.MIN_VALUE})
  void unknownOpcode_isMalformed(long opcode) {
    assertMalformed(48, opcode, 0, "opcode " + opcode + ", not 1, 2 or 3");
  }

  @ParameterizedTest
  @CsvSource({
    "64, 1, 17, DATA of 64 bytes in all that says its length is 17",
    "64, 1, 15, DATA of 64 bytes in all that says its length is 15",
    "0,  1, 0,  DATA of 0 bytes in all that says its length is 0",
    "64, 2, 16, SEND_READY of 64 bytes in all that says its length is 16",
    "0,  3, 16, RECEIVE_READY of 0 bytes in all that says its length is 16",
    "47, 1, -1, DATA with a length of -1",
    "48, 3, -1, RECEIVE_READY with a length of -1",
    // The sum of the length and 48 overflows to the total.
    "-9223372036854775761, 1, 9223372036854775807, DATA of -9223372036854775761 bytes in all that"
        + " says its length is 9223372036854775807",
    "-9223372036854775808, 1, 9223372036854775760, DATA of -9223372036854775808 bytes in all that"
        + " says its length is 9223372036854775760",
  })
  void totalAndLengthThatDisagree_areMalformed(
      long total, long opcode, long length, String message) {
    assertMalformed(total, opcode, length, message);
  }

  private static void assertMalformed(long total, long opcode, long length, String message) {
    ByteBuffer in = ByteBuffer.allocate(Preamble.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    in.putLong(0, total).putLong(8, opcode).putLong(16, SLOT).putLong(32, length);

    assertThatThrownBy(() -> Preamble.decode(in))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage(message);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
