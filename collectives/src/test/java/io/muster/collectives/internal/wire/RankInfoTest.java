package io.muster.collectives.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.Randomized;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that ranks of PyTorch 2.6 and 2.10 have published, and invalid values. */
class RankInfoTest {
  /** A value whose unused bytes are zero. */
  private static final String CLEAN =
      "0200000000000000 766d 8800000000000000 0200 a175 7f000001 0000000000000000"
          + "00".repeat(112)
          + "ffffffffffffffff 0000000000000000 0100000000000000";

  /** A value of PyTorch 2.6, with uninitialized bytes after the address. */
  private static final String RANK_0 =
      "0200000000000000766d88000000000000000200a4517f0000010000000000000000280000000000000060"
          + "fef54dfe7f00000700000000000000ac3babc4827f00008003eb3f0000000078039dc4827f000000000000"
          + "0000000001000000000000000010000000000000ffffffff00000000000080000000000000000000000000"
          + "00000000000000000093339cc4827f0000ffffffffffffffff00000000000000000100000000000000";

  private static final int OFFSET_OF_ADDRESS = 18;
  private static final int OFFSET_OF_IDENTIFIERS = 154;

  @Test
  void encode_givesTheBytesOfARankOfPyTorch() throws Exception {
    byte[] host = "vm".getBytes(StandardCharsets.US_ASCII);

    assertThat(RankInfo.encode(host, address("127.0.0.1", 41333), 0, 1))
        .isEqualTo(Hex.bytes(CLEAN));
  }

  @Test
  void capturedValue_withRubbishBehindTheAddress_isDecoded() throws Exception {
    byte[] captured = Hex.bytes(RANK_0);

    assertThat(captured).hasSize(170);
    assertThat(RankInfo.decode(captured, 0, 1, 2))
        .isEqualTo(new RankInfo(0, "vm", address("127.0.0.1", 42065), 2, 1));
    assertThat(RankInfo.decode(captured, 0, 1, 2).connectsAtOnce()).isTrue();
  }

  @Test
  void ipv6Address_isEncodedAndDecoded() throws Exception {
    InetSocketAddress address = address("2001:db8::f00d", 0xfffe);
    byte[] value = RankInfo.encode(new byte[0], address, 0, 1, 2);

    assertThat(Arrays.copyOfRange(value, 16, 16 + 28))
        .isEqualTo(Hex.bytes("0a00 fffe 00000000 20010db8000000000000 00000000f00d 00000000"));
    assertThat(RankInfo.decode(value, 1, 2, 3)).isEqualTo(new RankInfo(1, "", address, 3, 2));
  }

  @Test
  void valueWithoutIdentifiers_isOfARankThatKnowsItsConnectionsByRank() throws Exception {
    byte[] value = Arrays.copyOf(Hex.bytes(RANK_0), OFFSET_OF_IDENTIFIERS);

    RankInfo info = RankInfo.decode(value, 0, 5, 7);

    assertThat(info).isEqualTo(new RankInfo(0, "vm", address("127.0.0.1", 42065), 0, 5));
    assertThat(info.connectsAtOnce()).isFalse();
  }

  @Test
  void identifierOfReader_isWhatTheRankSays() throws Exception {
    byte[] value = Hex.bytes(RANK_0);
    littleEndian(value).putLong(OFFSET_OF_IDENTIFIERS + 8, 0x7fffffff12345678L);

    assertThat(RankInfo.decode(value, 0, 1, 2).identifierOfReader()).isEqualTo(0x7fffffff12345678L);
  }

  @Test
  void hostName_mayBeAnyBytes() throws Exception {
    byte[] host = new byte[256];
    for (int i = 0; i < host.length; i++) {
      host[i] = (byte) i;
    }

    byte[] value = RankInfo.encode(host, address("10.1.2.3", 80), 0);

    assertThat(RankInfo.decode(value, 0, 0, 1).host().getBytes(StandardCharsets.ISO_8859_1))
        .isEqualTo(host);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 9})
  void valueOfAnOldRelease_isNamed(int size) {
    byte[] value = new byte[(size - 1) * 136];
    for (int i = 0; i < size - 1; i++) {
      ByteBuffer.wrap(value).position(i * 136).put(Hex.bytes("0200a4517f000001"));
    }

    assertMalformed(
        value,
        size,
        value.length
            + " bytes, as ranks of PyTorch before 2.2 publish; Muster needs PyTorch 2.2 or later");
  }

  @Test
  void valueThatIsAsLongAsOneOfAnOldRelease_isDecoded() throws Exception {
    byte[] value = RankInfo.encode(new byte[96], address("10.1.2.3", 80), 0, 1, 2);

    assertThat(value).hasSize(2 * 136);
    assertThat(RankInfo.decode(value, 0, 2, 3).address()).isEqualTo(address("10.1.2.3", 80));
  }

  @Test
  void everyTruncation_isMalformed() {
    byte[] value = Hex.bytes(RANK_0);
    for (int length = 0; length < value.length; length++) {
      byte[] truncated = Arrays.copyOf(value, length);
      if (length == OFFSET_OF_IDENTIFIERS) {
        // That is a valid value without identifiers.
        continue;
      }
      assertThatThrownBy(() -> RankInfo.decode(truncated, 0, 1, 2))
          .as("%d bytes", length)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0,  -1,                   'host name of -1 bytes, with 162 left'",
    "0,  -9223372036854775808, 'host name of -9223372036854775808 bytes, with 162 left'",
    "0,  9223372036854775807,  'host name of 9223372036854775807 bytes, with 162 left'",
    "0,  2147483648,           'host name of 2147483648 bytes, with 162 left'",
    "0,  4294967298,           'host name of 4294967298 bytes, with 162 left'",
    "0,  163,                  'host name of 163 bytes, with 162 left'",
    "0,  162,                  'ends before the length of its address'",
    "10, 135,                  'address of 135 bytes, with 152 left'",
    "10, 137,                  'address of 137 bytes, with 152 left'",
    "10, -1,                   'address of -1 bytes, with 152 left'",
    "10, 4294967432,           'address of 4294967432 bytes, with 152 left'",
  })
  void lengthThatCannotBe_isMalformed(int offset, long length, String message) {
    byte[] value = Hex.bytes(RANK_0);
    littleEndian(value).putLong(offset, length);

    assertMalformed(value, 2, message);
  }

  @Test
  void hostNameBeyondTheLimit_isMalformed() throws Exception {
    byte[] value = RankInfo.encode(new byte[4097], address("10.1.2.3", 80), 0, 1);

    assertMalformed(value, 2, "host name of 4097 bytes, with 4257 left");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 0x0200, 0x010a})
  void otherAddressFamily_isMalformed(int family) {
    byte[] value = Hex.bytes(RANK_0);
    littleEndian(value).putShort(OFFSET_OF_ADDRESS, (short) family);

    assertMalformed(value, 2, "address family " + family);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 24, 15})
  void otherNumberOfIdentifiers_isMalformed(int bytes) {
    byte[] value = Arrays.copyOf(Hex.bytes(RANK_0), OFFSET_OF_IDENTIFIERS + bytes);

    assertMalformed(value, 2, bytes + " bytes of connection identifiers in a world of 2 ranks");
  }

  @Test
  void anyBytes_areDecodedOrMalformed() {
    Randomized.check(
        2000,
        random -> {
          byte[] value = Arrays.copyOf(Hex.bytes(RANK_0), random.nextInt(400));
          for (int i = random.nextInt(20); i > 0 && value.length > 0; i--) {
            value[random.nextInt(Math.min(value.length, 32))] = (byte) random.nextInt();
          }
          try {
            assertThat(RankInfo.decode(value, 3, 1, 1 + random.nextInt(30)).rank()).isEqualTo(3);
          } catch (MalformedMessageException e) {
            assertThat(e).hasMessageNotContaining("null");
          }
        });
  }

  private static void assertMalformed(byte[] value, int size, String message) {
    assertThatThrownBy(() -> RankInfo.decode(value, 0, 1, size))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage(message);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static InetSocketAddress address(String ip, int port) throws Exception {
    return new InetSocketAddress(InetAddress.getByName(ip), port);
  }
}
