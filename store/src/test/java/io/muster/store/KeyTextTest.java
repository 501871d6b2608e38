package io.muster.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.fixtures.Randomized;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "rank/0",
        "é",
        "√",
        "😀",
        "a😀b\uFFFDc",
        "\0",
        "\u007f",
        "\u0080",
        "\uD7FF\uE000",
        "\uDBFF\uDFFF"
      })
  void text_isUtf8(String text) {
    assertThat(KeyText.bytes(text)).isEqualTo(text.getBytes(UTF_8));
    assertThat(KeyText.text(text.getBytes(UTF_8))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "80, '\uDC80'",
    "ff, '\uDCFF'",
    "61ff62, 'a\uDCFFb'",
    "c3, '\uDCC3'",
    "c328, '\uDCC3('",
    "c080, '\uDCC0\uDC80'",
    "e282, '\uDCE2\uDC82'",
    "eda080, '\uDCED\uDCA0\uDC80'",
    "f09f98, '\uDCF0\uDC9F\uDC98'",
    "f4908080, '\uDCF4\uDC90\uDC80\uDC80'",
    "efbfbdff, '\uFFFD\uDCFF'",
    "f09f9880ff, '😀\uDCFF'"
  })
  void bytes_thatAreNotUtf8_areEscapedOneByOne(String hex, String text) {
    byte[] key = HexFormat.of().parseHex(hex);

    assertThat(KeyText.text(key)).isEqualTo(text);
    assertThat(KeyText.bytes(text)).isEqualTo(key);
  }

  @Test
  void bytes_oneOrTwo_comeBack() {
    for (int first = 0; first < 256; first++) {
      assertComesBack(new byte[] {(byte) first});
      for (int second = 0; second < 256; second++) {
        assertComesBack(new byte[] {(byte) first, (byte) second});
      }
    }
  }

  @Test
  void bytes_atTheEdgesOfUtf8_comeBack() {
    int[] edges = {
      0, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0,
      0xf4, 0xf5, 0xff
    };
    for (int a : edges) {
      for (int b : edges) {
        for (int c : edges) {
          for (int d : edges) {
            assertComesBack(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d});
          }
        }
      }
    }
  }

  @Test
  void bytes_random_comeBack() {
    Randomized.check(5000, random -> assertComesBack(Randomized.bytes(random, 40)));
  }

  @Test
  void bytes_mixedWithText_comeBack() {
    Randomized.check(
        2000,
        random -> {
          byte[] key = "a√😀\uFFFDz".repeat(4).getBytes(UTF_8);
          key[random.nextInt(key.length)] = (byte) random.nextInt();
          assertComesBack(Arrays.copyOf(key, random.nextInt(key.length + 1)));
        });
  }

  private static void assertComesBack(byte[] key) {
    String text = KeyText.text(key);
    if (!Arrays.equals(KeyText.bytes(text), key)) {
      throw new AssertionError(HexFormat.of().formatHex(key) + " became " + text);
    }
  }

  @Test
  void surrogates_thatStandForNoByte_areRefused() {
    IntStream.rangeClosed(0xD800, 0xDFFF)
        .filter(surrogate -> surrogate < 0xDC80 || surrogate > 0xDCFF)
        .forEach(
            surrogate ->
                assertThatIllegalArgumentException()
                    .isThrownBy(() -> KeyText.bytes("a" + (char) surrogate + "b"))
                    .withMessageContaining("U+%04X at index 1".formatted(surrogate)));
  }

  @Test
  void surrogates_thatStandForABytePairedWithAHighOne_areACharacter() {
    assertThat(KeyText.bytes("\uD83D\uDC80")).isEqualTo("💀".getBytes(UTF_8));
  }
}
