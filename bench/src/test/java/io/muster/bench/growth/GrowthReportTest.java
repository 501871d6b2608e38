package io.muster.bench.growth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;

class GrowthReportTest {
  @Test
  void exponent_pointsOfASquare_isTwo() {
    Map<Double, Double> square = Map.of(1.0, 3.0, 10.0, 300.0, 100.0, 30_000.0);

    assertThat(GrowthReport.exponent(square)).isEqualTo(2, within(1e-9));
  }
}
