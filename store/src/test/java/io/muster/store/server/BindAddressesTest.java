package io.muster.store.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class BindAddressesTest {
  private static final byte[] ELSEWHERE = {(byte) 192, 0, 2, 1};

  @Test
  void bindable_leavesOutWhatThisMachineDoesNotHave() throws IOException {
    InetAddress own = InetAddress.getLoopbackAddress();

    assertThat(BindAddresses.bindable(List.of(InetAddress.getByAddress(ELSEWHERE), own)))
        .containsExactly(own);
  }

  @Test
  void bindable_ofAddressesElsewhere_isAllOfThem() throws IOException {
    List<InetAddress> elsewhere = List.of(InetAddress.getByAddress(ELSEWHERE));

    assertThat(BindAddresses.bindable(elsewhere)).isEqualTo(elsewhere);
  }

  @Test
  void of_aWildcard_isOneAddress() throws IOException {
    assertThat(BindAddresses.of("*")).singleElement().matches(InetAddress::isAnyLocalAddress);
    assertThat(BindAddresses.of("0.0.0.0")).singleElement().matches(InetAddress::isAnyLocalAddress);
    assertThat(BindAddresses.of("::")).singleElement().matches(InetAddress::isAnyLocalAddress);
  }

  @Test
  void of_nothing_isLoopback() throws IOException {
    assertThat(BindAddresses.of(null)).isNotEmpty().allMatch(InetAddress::isLoopbackAddress);
  }
}
