package io.muster.collectives.internal.reduce;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Randomized;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HalfFormatTest {
  enum Format {
    FLOAT16 {
      @Override
      NearestHalf definition() {
        return NearestHalf.FLOAT16;
      }

      @Override
      float toFloat(short half) {
        return Float16.toFloat(half);
      }

      @Override
      short fromFloat(float value) {
        return Float16.fromFloat(value);
      }
    },
    BFLOAT16 {
      @Override
      NearestHalf definition() {
        return NearestHalf.BFLOAT16;
      }

      @Override
      float toFloat(short half) {
        return BFloat16.toFloat(half);
      }

      @Override
      short fromFloat(float value) {
        return BFloat16.fromFloat(value);
      }
    };

    abstract NearestHalf definition();

    abstract float toFloat(short half);

    abstract short fromFloat(float value);

    void checkNearest(float value) {
      assertThat(fromFloat(value))
          .as("%s from %a", this, value)
          .isEqualTo(definition().nearest(value));
    }
  }

  @ParameterizedTest
  @EnumSource
  void toFloat_everyPattern_isItsNumber(Format format) {
    for (int pattern = 0; pattern < 1 << 16; pattern++) {
      float expected = format.definition().value(pattern);
      float actual = format.toFloat((short) pattern);
      // Float.equals distinguishes the zeros and treats all NaNs as equal.
      assertThat(Float.valueOf(actual)).as("%04x", pattern).isEqualTo(Float.valueOf(expected));
    }
  }

  @ParameterizedTest
  @EnumSource
  void fromFloat_everyNumberWidened_isItsPattern(Format format) {
    for (int pattern = 0; pattern < 1 << 16; pattern++) {
      if (!format.definition().isNaN(pattern)) {
        short half = (short) pattern;
        assertThat(format.fromFloat(format.toFloat(half))).as("%04x", pattern).isEqualTo(half);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void fromFloat_halfwayAndBesideIt_isNearestOrEven(Format format) {
    for (int pattern = 0; pattern < format.definition().infinity(); pattern++) {
      float halfway = format.definition().halfway(pattern);
      for (float value : new float[] {Math.nextDown(halfway), halfway, Math.nextUp(halfway)}) {
        format.checkNearest(value);
        format.checkNearest(-value);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void fromFloat_anyNumber_isNearest(Format format) {
    Randomized.check(
        100,
        random -> {
          for (int i = 0; i < 10_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            if (!Float.isNaN(value)) {
              format.checkNearest(value);
            }
          }
        });
  }

  @Test
  void fromFloat_nan_isOneQuietNaN() {
    for (int payload : new int[] {1, 0x1fff, 0x2000, 0x3fffff, 0x400000, 0x7fffff}) {
      float positive = Float.intBitsToFloat(0x7f800000 | payload);
      float negative = Float.intBitsToFloat(0xff800000 | payload);
      assertThat(Float16.fromFloat(positive)).isEqualTo((short) 0x7e00);
      assertThat(Float16.fromFloat(negative)).isEqualTo((short) 0xfe00);
      assertThat(BFloat16.fromFloat(positive)).isEqualTo((short) 0x7fc0);
      assertThat(BFloat16.fromFloat(negative)).isEqualTo((short) 0x7fc0);
    }
  }
}
