package io.muster.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SmallFloatTest {
  @Test
  void bf16_allBits_areTheUpperHalvesOfFloats() {
    for (int bits = 0; bits <= 0xffff; bits++) {
      assertThat(SmallFloat.BF16.decode((short) bits))
          .isEqualTo(Double.valueOf(Float.intBitsToFloat(bits << 16)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0x0000,0", "0x3c00,1", "0x4500,5", "0x7bff,65504", "0x0001,5.960464477539063E-8",
    "0xc000,-2", "0x7c00,Infinity", "0xfc00,-Infinity", "0x7e00,NaN", "0x3555,0.333251953125"
  })
  void f16_bits_areTheNumber(String bits, double number) {
    assertThat(SmallFloat.F16.decode(Integer.decode(bits).shortValue()))
        .isEqualTo(Double.valueOf(number));
  }

  @Test
  void everyNormalNumber_decodedAndEncoded_isTheSame() {
    for (SmallFloat format : new SmallFloat[] {SmallFloat.F16, SmallFloat.BF16}) {
      int leastNormal = 1 << format.fractionBits();
      for (int bits = leastNormal; bits < 0x7fff - leastNormal; bits++) {
        assertThat(format.encode(format.decode((short) bits))).isEqualTo((short) bits);
      }
      assertThat(format.encode(0)).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2049,2048", // as near to 2050, which is odd
    "2051,2052",
    "2050.9,2050",
    "4095,4096", // the next power of 2
    "0.1,0.0999755859375"
  })
  void f16_numberBetweenTwo_isRoundedToTheNearestOrTheEven(double number, double rounded) {
    assertThat(SmallFloat.F16.decode(SmallFloat.F16.encode(number))).isEqualTo(rounded);
  }
}
