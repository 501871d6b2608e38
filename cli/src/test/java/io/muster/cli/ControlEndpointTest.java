package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlEndpointTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, false, false",
    "::1, false, false",
    "0.0.0.0, false, true",
    "192.0.2.1, false, true",
    "0.0.0.0, true, false"
  })
  void plainText_beyondLoopback_isWarnedOf(String host, boolean isTls, boolean isWarned) {
    InetSocketAddress address = new InetSocketAddress(host, 8080);

    assertThat(ControlEndpoint.plainTextWarning(address, isTls).isPresent()).isEqualTo(isWarned);
  }

  @Test
  void warning_namesTheOptions() {
    assertThat(ControlEndpoint.plainTextWarning(new InetSocketAddress("192.0.2.1", 8080), false))
        .contains(
            "the control endpoint on 192.0.2.1:8080 has no TLS: its token crosses the network in"
                + " plain text; give --admin-tls-cert and --admin-tls-key, or a loopback address as"
                + " --admin");
  }
}
