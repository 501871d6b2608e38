package io.muster.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.muster.bench.chart.Point;
import io.muster.bench.scale.Measurements;
import io.muster.bench.scale.Phase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** That growth is measured, however long that takes. */
class GrowthRunTest {
  @Test
  @Timeout(180)
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "PyTorch's natives")
  void growth_fewClients_hasRowsPlotsAndCosts(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path report = directory.resolve("growth.md");
    Path figures = directory.resolve("growth.tsv");
    Growth.main(
        new String[] {
          "--rounds",
          "1",
          "--scale",
          "0.002",
          "--write",
          report.toString(),
          "--figures",
          figures.toString()
        });

    assertThat(report).content().contains("| 36 | ").contains("| join, ms | ");
    for (String quantity : List.of("join", "wake", "memory")) {
      assertThat(directory.resolve("growth-" + quantity + ".svg")).content().contains("Muster");
    }
    Measurements measured = Measurements.read(figures);
    assertThat(measured.sizes("MUSTER")).containsExactly(2, 6, 20, 36);
    for (Phase phase : Phase.values()) {
      assertThat(measured.figure("MUSTER", 36, phase.elapsed())).isPositive();
      assertThat(measured.figure("MUSTER", 36, phase.serving())).isNotNegative();
      assertThat(measured.figure("MUSTER", 36, phase.asking())).isNotNegative();
    }
  }

  @Test
  void exponent_pointsOfASquare_isTwo() {
    List<Point> square = List.of(new Point(1, 3), new Point(10, 300), new Point(100, 30_000));

    assertThat(PowerLaw.exponent(square)).isEqualTo(2, within(1e-9));
  }
}
