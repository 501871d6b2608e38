package io.muster.collectives.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectDirectionTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.2,    1,     10.0.0.1,  65535",
    // Bytes are unsigned.
    "200.0.0.1,   5,     100.0.0.1, 5",
    "10.128.0.1,  5,     10.127.0.1, 5",
    "fe80::1,     5,     2001::1,   5",
    "::2,         5,     ::1,       6",
    // For equal addresses the port decides, whose network-order bytes are read as little-endian:
    // 0x0100 and 0x00ff are 0x0001 and 0xff00.
    "127.0.0.1,   255,   127.0.0.1, 256",
    "127.0.0.1,   41333, 127.0.0.1, 41332",
    "::1,         255,   ::1,       256",
    // 0x80ff is 0xff80, which is not negative.
    "127.0.0.1,   33023, 127.0.0.1, 32512",
  })
  void greaterAddress_connects(String own, int ownPort, String peer, int peerPort)
      throws Exception {
    assertThat(ConnectDirection.isOutgoing(address(own, ownPort), address(peer, peerPort)))
        .isTrue();
    assertThat(ConnectDirection.isOutgoing(address(peer, peerPort), address(own, ownPort)))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 5, ::1,       5, which is not of the same family as this rank's /127.0.0.1:5",
    "127.0.0.1, 5, 127.0.0.1, 5, which is this rank's own",
    "::1,       5, ::1,       5, which is this rank's own",
  })
  void addressesThatCannotBeCompared_areMalformed(
      String own, int ownPort, String peer, int peerPort, String reason) throws Exception {
    InetSocketAddress theirs = address(peer, peerPort);

    assertThatThrownBy(() -> ConnectDirection.isOutgoing(address(own, ownPort), theirs))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("address " + theirs + ", " + reason);
  }

  private static InetSocketAddress address(String ip, int port) throws Exception {
    return new InetSocketAddress(InetAddress.getByName(ip), port);
  }
}
