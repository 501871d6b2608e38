package io.muster.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FillTest {
  @ParameterizedTest
  @EnumSource(ElementType.class)
  void copied_isTheFormula_inEveryType(ElementType type) {
    for (int rank : new int[] {0, 1, 4, 200}) {
      Elements elements = Fill.copied(type).of(rank);
      for (int index : new int[] {0, 1, 126, 127, 128, 1_000_000, Integer.MAX_VALUE}) {
        double number = (index + 31L * rank) % 127;
        assertThat(Double.parseDouble(type.show(elements.at(index)))).isEqualTo(number);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void reduced_isTheFormula_inEveryType(ElementType type) {
    Elements sum = Fill.reduced(type, Reduction.SUM).of(3);
    Elements product = Fill.reduced(type, Reduction.PROD).of(3);

    for (int index = 0; index < 20; index++) {
      int place = (index + 9) % 7;
      assertThat(Double.parseDouble(type.show(sum.at(index)))).isEqualTo(1 + place);
      assertThat(Double.parseDouble(type.show(product.at(index)))).isEqualTo(place == 0 ? 2 : 1);
    }
  }

  @Test
  void sum_ofAnyNumberOfRanks_differsFromIndexToIndex() {
    for (int worldSize = 1; worldSize <= 64; worldSize++) {
      Elements sums = new Reduced(ElementType.I64, Reduction.SUM, worldSize).elements();
      Set<Long> different = IntStream.range(0, 7).mapToObj(sums::at).collect(Collectors.toSet());
      assertThat(different).as("%d ranks", worldSize).hasSizeGreaterThan(1);
    }
  }
}
