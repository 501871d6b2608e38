package io.muster.collectives.internal.reduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.collectives.DataType;
import io.muster.fixtures.Randomized;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AverageTest {
  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
  void divide_anyElementsAnywhere_changesThemAndNothingElse(DataType type) {
    Elements elements = new Elements(type);
    for (int length : elements.lengths()) {
      Randomized.check(
          5,
          random -> {
            int count = 1 + random.nextInt(random.nextBoolean() ? 16 : 1 << 30);
            ByteBuffer sums = elements.random(random, length);
            ByteBuffer expected = ByteBuffer.allocateDirect(sums.capacity()).order(sums.order());
            expected.put(Elements.everyByte(sums)).limit(sums.limit()).position(sums.position());
            ByteBuffer window = sums.duplicate();

            Average.divide(type, sums, count);

            for (int i = 0; i < length; i++) {
              long quotient = quotient(elements, elements.get(expected, i), count);
              long actual = elements.get(sums, i);
              if (Double.isNaN(elements.value(quotient))) {
                assertThat(elements.value(actual)).isNaN();
                quotient = actual;
              }
              elements.put(expected, i, quotient);
            }
            assertThat(Elements.everyByte(sums)).isEqualTo(Elements.everyByte(expected));
            assertThat(sums.position()).isEqualTo(window.position());
            assertThat(sums.limit()).isEqualTo(window.limit());
          });
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"UINT8", "INT8", "BOOL", "INT32", "INT64"})
  void divide_integers_throws(DataType type) {
    ByteBuffer sums = ByteBuffer.allocateDirect(8);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Average.divide(type, sums, 2))
        .withMessage("Cannot use ReduceOp.AVG with elements of " + type);
  }

  private static long quotient(Elements elements, long bits, int count) {
    double value = elements.value(bits);
    float quotient = (float) value / (float) count;
    return switch (elements.type()) {
      case FLOAT16 -> Double.isNaN(value) ? bits : NearestHalf.FLOAT16.nearest(quotient) & 0xffff;
      case BFLOAT16 -> Double.isNaN(value) ? bits : NearestHalf.BFLOAT16.nearest(quotient) & 0xffff;
      case FLOAT64 -> Double.doubleToLongBits(value / count);
      default -> Float.floatToIntBits(quotient);
    };
  }
}
