package io.muster.store.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.KeyText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Keys in logs and messages. Fault A7. The messages themselves are tested by {@code
 * MessageTextTest}.
 */
class PrintableTextTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "key", "/a b/~", "größe", "ключ", "鍵", "🔑", "a\\u202eb"})
  void printable_staysAsItIs(String text) {
    assertThat(PrintableText.of(text)).isEqualTo(text);
  }

  @Test
  void whatATerminalObeys_isEscaped() {
    assertThat(PrintableText.of("a\u0000\t\n\r\u001b[2J\u007f"))
        .isEqualTo("a\\u0000\\u0009\\u000a\\u000d\\u001b[2J\\u007f");
    assertThat(PrintableText.of("é\u0085\u009b31m")).isEqualTo("é\\u0085\\u009b31m");
  }

  @Test
  void whatIsNotSeen_isEscaped() {
    assertThat(PrintableText.of("\u202egnp\u2066\u200f\u061c"))
        .isEqualTo("\\u202egnp\\u2066\\u200f\\u061c");
    assertThat(PrintableText.of("a\u2028b\u2029c\u200bd\ufeff\u00ad"))
        .isEqualTo("a\\u2028b\\u2029c\\u200bd\\ufeff\\u00ad");
    assertThat(PrintableText.of("t" + Character.toString(0xE0041))).isEqualTo("t\\U000e0041");
  }

  @Test
  void bytesThatAreNotUtf8_areShownAsBytes() {
    assertThat(PrintableText.of(KeyText.text(new byte[] {'k', (byte) 0x9b, (byte) 0xff})))
        .isEqualTo("k\\x9b\\xff");
    assertThat(PrintableText.of("\ud800")).isEqualTo("\\ud800");
  }

  @Test
  void escapedTwice_isAsOnce() {
    String once = PrintableText.of("\u001b\udc80");

    assertThat(PrintableText.of(once)).isEqualTo(once);
  }
}
