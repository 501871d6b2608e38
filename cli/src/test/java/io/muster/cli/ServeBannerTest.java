package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServeBannerTest {
  @Test
  void loopback_isOpenToThisMachineOnly() throws UnknownHostException {
    byte[] ipv6 = new byte[16];
    ipv6[15] = 1;

    assertThat(ServeBanner.of(null, List.of(address(127, 0, 0, 1), address(ipv6)), false))
        .isEqualTo(
            """
            Listening on 127.0.0.1:29500 and [::1]:29500: only this machine can connect (see --bind)
            Python  torch.distributed.TCPStore("127.0.0.1", 29500, is_master=False, wait_for_workers=False)
                    or MASTER_ADDR=127.0.0.1 MASTER_PORT=29500 TORCHELASTIC_USE_AGENT_STORE=True for env://
            Java    TcpStore.connect("127.0.0.1", 29500)
            One job at a time: keys left behind by one job conflict with the next; see --reset-when-idle and --job""");
  }

  @Test
  void resets_areNamed() throws UnknownHostException {
    assertThat(ServeBanner.of(null, List.of(address(127, 0, 0, 1)), true))
        .endsWith("\nOne job at a time: its keys are forgotten when its last rank has gone");
  }

  /** Fault A8. */
  @Test
  void loopbackOfOneFamily_saysWhatIsMissing() throws UnknownHostException {
    byte[] ipv6 = new byte[16];
    ipv6[15] = 1;

    assertThat(ServeBanner.of(null, List.of(address(127, 0, 0, 1)), false))
        .startsWith(
            "Listening on 127.0.0.1:29500: only this machine can connect (see --bind); it has no address"
                + " ::1\n");
    assertThat(ServeBanner.of(null, List.of(address(ipv6)), false))
        .startsWith(
            "Listening on [::1]:29500: only this machine can connect (see --bind); it has no address"
                + " 127.0.0.1\n")
        .contains("TCPStore(\"::1\", 29500", "MASTER_ADDR=::1 ", "connect(\"::1\", 29500)");
    assertThat(ServeBanner.of("127.0.0.1", List.of(address(127, 0, 0, 1)), false))
        .startsWith("Listening on 127.0.0.1:29500: only this machine can connect (see --bind)\n");
  }

  /** Fault A9. */
  @Test
  void interfaceName_isShownAsItsAddress() throws IOException {
    String name = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()).getName();

    assertThat(ServeBanner.of(name, List.of(address(127, 0, 0, 1)), false))
        .contains("TCPStore(\"127.0.0.1\", 29500");
  }

  @Test
  void allInterfaces_areOpenToEverybody() throws UnknownHostException {
    assertThat(ServeBanner.of("*", List.of(address(new byte[16])), false))
        .startsWith(
            "Listening on *:29500: all interfaces; every machine that can reach this one can connect\n");
    assertThat(ServeBanner.of("0.0.0.0", List.of(address(0, 0, 0, 0)), false))
        .startsWith(
            "Listening on 0.0.0.0:29500: all interfaces, IPv4 only; every machine that can"
                + " reach this one can connect\n");
  }

  @Test
  void oneHost_isShownAndToBeConnectedToByItsName() throws UnknownHostException {
    assertThat(ServeBanner.of("node", List.of(address(192, 0, 2, 1)), false))
        .startsWith("Listening on 192.0.2.1:29500\n")
        .contains("TcpStore.connect(\"node\", 29500)");
  }

  private static InetSocketAddress address(int... bytes) throws UnknownHostException {
    byte[] address = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      address[i] = (byte) bytes[i];
    }
    return address(address);
  }

  private static InetSocketAddress address(byte[] address) throws UnknownHostException {
    return new InetSocketAddress(InetAddress.getByAddress(address), 29500);
  }
}
