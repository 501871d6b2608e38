package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ConvertersTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:29500, 127.0.0.1, 29500",
    "[::1]:29500, ::1, 29500",
    "[fe80::1%eth0]:1, fe80::1%eth0, 1",
    "head-node.example:65535, head-node.example, 65535"
  })
  void endpoint_isReadAndWritten(String text, String host, int port) {
    assertThat(Endpoint.parse(text)).isEqualTo(new Endpoint(host, port)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "host",
        ":29500",
        "host:",
        "host:x",
        "host:-1",
        "host:0",
        "host:65536",
        "host:999999",
        "::1:29500",
        "::1",
        "[]:1"
      })
  void endpoint_thatIsNone_isRefused(String text) {
    assertThatThrownBy(() -> Endpoint.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + text + "' is not an endpoint: ");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 127.0.0.1, 0",
    "8080, 127.0.0.1, 8080",
    "*:8080, 0.0.0.0, 8080",
    "0.0.0.0:0, 0.0.0.0, 0",
    "[::1]:8080, 0:0:0:0:0:0:0:1, 8080"
  })
  void adminAddress_isRead(String text, String host, int port) {
    InetSocketAddress address = new AdminAddress().convert(text);

    assertThat(address.getAddress().getHostAddress()).isEqualTo(host);
    assertThat(address.getPort()).isEqualTo(port);
  }

  @ParameterizedTest
  @CsvSource({"300ms,PT0.3S", "5s,PT5S", "2m,PT2M", "1h,PT1H", "0s,PT0S"})
  void duration_isRead(String text, Duration duration) {
    assertThat(new HumanDuration().convert(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "-5s", "1.5s", "5 s", "5d", "99999999999s"})
  void duration_thatIsNone_isRefused(String text) {
    assertThatThrownBy(() -> new HumanDuration().convert(text))
        .isInstanceOf(TypeConversionException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "4096,4096,4KiB",
    "1000,1000,1000",
    "1b,1,1",
    "512k,524288,512KiB",
    "64MiB,67108864,64MiB",
    "64mb,67108864,64MiB",
    "1g,1073741824,1GiB",
    "2T,2199023255552,2TiB",
    "0,0,0"
  })
  void size_isReadAndWritten(String text, long bytes, String written) {
    ByteSize size = new ByteSize.Converter().convert(text);

    assertThat(size.bytes()).isEqualTo(bytes);
    assertThat(size).hasToString(written);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "m", "-1", "1.5g", "1x", "1 g", "99999999999999999999", "9999999999t"})
  void size_thatIsNone_isRefused(String text) {
    assertThatThrownBy(() -> new ByteSize.Converter().convert(text))
        .isInstanceOf(TypeConversionException.class);
  }
}
