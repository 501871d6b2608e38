package io.muster.admin.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressesTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1,               127.0.0.1:80",
    "0:0:0:0:0:0:0:0,         [::]:80",
    "0:0:0:0:0:0:0:1,         [::1]:80",
    "2001:db8:0:0:0:0:0:0,    [2001:db8::]:80",
    "2001:0:0:1:0:0:0:1,      [2001:0:0:1::1]:80",
    "2001:db8:0:0:1:0:0:1,    [2001:db8::1:0:0:1]:80",
    "0:0:1:0:0:0:2:3,         [0:0:1::2:3]:80",
    "2001:db8:0:1:1:1:1:1,    [2001:db8:0:1:1:1:1:1]:80",
    "10:a0:0:0:a0:0:0:a0,     [10:a0::a0:0:0:a0]:80",
    "fe80:0:0:0:0:0:0:0%1,    [fe80::%1]:80"
  })
  void text_isTheShortForm(String address, String text) throws UnknownHostException {
    assertThat(Addresses.text(new InetSocketAddress(InetAddress.getByName(address), 80)))
        .isEqualTo(text);
  }
}
