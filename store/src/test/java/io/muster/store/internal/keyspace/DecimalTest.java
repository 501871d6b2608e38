package io.muster.store.internal.keyspace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.fixtures.Randomized;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalTest {
  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "'',0",
        "0,0",
        "-0,0",
        "12abc,12",
        " 12,12",
        "'\t+7',7",
        "'\t\n\u000b\f\r 8',8",
        "0x10,0",
        "-3,-3",
        "12 34,12",
        "1-2,1",
        "'7\0',7",
        "0000000000000000000000000000012,12",
        "9223372036854775807,9223372036854775807",
        "-9223372036854775808,-9223372036854775808",
        "9223372036854775807x,9223372036854775807"
      })
  void parse_textThatBeginsWithANumber_isThatNumber(String text, long number) {
    assertThat(Decimal.parse(text.getBytes(UTF_8))).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " ",
        "+",
        "-",
        "abc",
        "+-1",
        "--1",
        "- 1",
        "x1",
        "\0001",
        "\u00a01",
        "\u00851",
        "１２",
        "\b1",
        "\u000e1",
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999abc"
      })
  void parse_textThatDoesNot_throws(String text) {
    assertThatExceptionOfType(NumberFormatException.class)
        .isThrownBy(() -> Decimal.parse(text.getBytes(UTF_8)));
  }

  @Test
  void format_anyNumber_isParsedBack() {
    Randomized.check(
        1000,
        random -> {
          long number = random.nextLong() >> random.nextInt(64);
          assertThat(Decimal.format(number)).asString(UTF_8).isEqualTo(Long.toString(number));
          assertThat(Decimal.parse(Decimal.format(number))).isEqualTo(number);
        });
  }
}
