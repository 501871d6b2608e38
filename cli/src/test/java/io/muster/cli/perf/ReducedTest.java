package io.muster.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.LongBinaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ReducedTest {
  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      names = {"I8", "U8", "I32", "I64"})
  void integers_areWhatOneAfterTheOtherMakes(ElementType type) {
    for (int worldSize : new int[] {1, 2, 3, 7, 40, 300}) {
      assertReduces(type, Reduction.SUM, worldSize, Long::sum);
      assertReduces(type, Reduction.PROD, worldSize, (a, b) -> a * b);
      assertReduces(type, Reduction.MIN, worldSize, Math::min);
      assertReduces(type, Reduction.MAX, worldSize, Math::max);
    }
  }

  private static void assertReduces(
      ElementType type, Reduction reduction, int worldSize, LongBinaryOperator op) {
    Elements reduced = new Reduced(type, reduction, worldSize).elements();
    for (int index = 0; index < 10; index++) {
      long result = Fill.reduced(type, reduction).of(0).at(index);
      for (int rank = 1; rank < worldSize; rank++) {
        long next = Fill.reduced(type, reduction).of(rank).at(index);
        result = type.ofWhole(op.applyAsLong(result, next));
      }
      assertThat(reduced.at(index)).isEqualTo(result);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "F32,SUM,3,11.0",
    "F64,SUM,3,11.0",
    "F16,SUM,3,11.0",
    "BF16,SUM,3,11.0",
    "F32,AVG,3,3.6666667",
    "F64,AVG,3,3.6666666666666665",
    "F16,AVG,3,3.666015625",
    "BF16,AVG,3,3.671875",
    "F32,MIN,3,2.0",
    "F32,MAX,3,6.0",
    "BF16,MAX,3,6.0"
  })
  void floats_atIndexOne_areTheNearest(
      ElementType type, Reduction reduction, int worldSize, String result) {
    // The ranks 0, 1 and 2 have 2, 3 and 6 at index 1, since r² is 0, 1 and 4.
    Elements reduced = new Reduced(type, reduction, worldSize).elements();

    assertThat(Fill.numberAt(reduction, 0, 1)).isEqualTo(2);
    assertThat(type.show(reduced.at(1))).isEqualTo(result);
  }

  @ParameterizedTest
  @CsvSource({
    "BF16,SUM,36",
    "BF16,AVG,36",
    "F16,SUM,292",
    "F16,AVG,292",
    "F16,PROD,53",
    "F32,SUM,2396745"
  })
  void exact_upToSoManyRanks(ElementType type, Reduction reduction, int worldSize) {
    assertThat(new Reduced(type, reduction, worldSize).isExact()).isTrue();
    assertThat(new Reduced(type, reduction, worldSize + 1).isExact()).isFalse();
  }
}
