package io.muster.store.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BindAddressesTest {
  private static final byte[] ELSEWHERE = {(byte) 192, 0, 2, 1};

  @Test
  void bindable_leavesOutWhatThisMachineDoesNotHave() throws IOException {
    InetAddress own = InetAddress.getLoopbackAddress();

    assertThat(
            BindAddresses.bindable(
                List.of(InetAddress.getByAddress(ELSEWHERE), own), address -> address.equals(own)))
        .containsExactly(own);
  }

  @Test
  void bindable_ofAddressesElsewhere_isAllOfThem() throws IOException {
    List<InetAddress> elsewhere = List.of(InetAddress.getByAddress(ELSEWHERE));

    assertThat(BindAddresses.bindable(elsewhere, address -> false)).isEqualTo(elsewhere);
  }

  @Test
  void of_aWildcard_isOneAddress() throws IOException {
    assertThat(BindAddresses.of("*")).singleElement().matches(InetAddress::isAnyLocalAddress);
    assertThat(BindAddresses.of("0.0.0.0")).containsExactly(InetAddress.getByAddress(new byte[4]));
    assertThat(BindAddresses.of("::")).containsExactly(InetAddress.getByAddress(new byte[16]));
  }

  /** Fault A8. */
  @ParameterizedTest
  @CsvSource({"127.0.0.1, 127.0.0.1", "::1, ::1", "192.0.2.1, '127.0.0.1, ::1'"})
  void loopback_isWhatTheMachineHasOfIt(String had, String bound) throws IOException {
    InetAddress own = InetAddress.getByName(had);
    List<InetAddress> expected = new ArrayList<>();
    for (String address : bound.split(", ", -1)) {
      expected.add(InetAddress.getByName(address));
    }

    assertThat(BindAddresses.loopback(own::equals)).isEqualTo(expected);
  }

  /** Fault A9. */
  @Test
  void of_anInterface_isItsAddresses() throws IOException {
    NetworkInterface loopback =
        NetworkInterface.getByInetAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));

    List<InetAddress> addresses = BindAddresses.of(loopback.getName());

    assertThat(addresses).containsExactlyInAnyOrderElementsOf(loopback.inetAddresses().toList());
    assertThat(addresses.get(0)).isInstanceOf(Inet4Address.class);
  }

  @Test
  void of_whatIsNothing_saysWhatItCouldBe() {
    assertThatThrownBy(() -> BindAddresses.of("no-such-host.invalid"))
        .isInstanceOf(UnknownHostException.class)
        .hasMessage(
            "no-such-host.invalid is neither an address nor a known host nor a network"
                + " interface");
  }

  @Test
  void of_nothing_isLoopback() throws IOException {
    assertThat(BindAddresses.of(null)).isNotEmpty().allMatch(InetAddress::isLoopbackAddress);
  }
}
