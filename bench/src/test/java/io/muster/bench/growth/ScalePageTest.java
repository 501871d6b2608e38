package io.muster.bench.growth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.muster.bench.SideBySide;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScalePageTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void text_knownCosts_followsFromTheFormulas() throws IOException {
    Measurements measured = new Measurements("a machine");
    for (String side : List.of(SideBySide.PYTORCH, SideBySide.MUSTER)) {
      measured.put(side, 1_000, Measurements.MEMORY, 1);
      for (Phase phase : Phase.values()) {
        measured.put(side, 1_000, phase.serving(), phase == Phase.SET_AND_ADD ? 11 : 10);
      }
    }

    // A join, a set, two times an add, a wake-up and a get, two barriers of two adds and a wake-up.
    double micros = 10 + 1 + 2 * 30 + 2 * 30;
    assertThat(ScalePage.Costs.of(measured, SideBySide.MUSTER, 1_000).ofRank())
        .isEqualTo(micros, within(1e-9));
    assertThat(ScalePage.text(measured))
        .contains("measured here. a machine\n")
        .contains("| Muster | 100,000 | 100,000 | 13.10 | 100 | 255 | 226 |\n");
  }

  @Test
  void waiting_manyAttempts_isThatOfLinux() {
    // After a second five times, then after 2, 4, ... and at most 64.
    assertThat(ScalePage.waiting(1)).isZero();
    assertThat(ScalePage.waiting(6)).isEqualTo(5);
    assertThat(ScalePage.waiting(7)).isEqualTo(5 + 2);
    assertThat(ScalePage.waiting(13)).isEqualTo(5 + 2 + 4 + 8 + 16 + 32 + 64 + 64);
  }

  @Test
  void exponent_pointsOfASquare_isTwo() {
    Map<Double, Double> square = Map.of(1.0, 3.0, 10.0, 300.0, 100.0, 30_000.0);

    assertThat(GrowthReport.exponent(square)).isEqualTo(2, within(1e-9));
  }

  @Test
  void figure_thatWasNotMeasured_isMissedByItsName() {
    assertThatThrownBy(() -> new Measurements("a machine").figure("Muster", 10, "memory, MiB"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no \"memory, MiB\" of Muster with 10 clients");
  }

  @Test
  void read_fileThatIsEmpty_fails() throws IOException {
    Path file = Files.createFile(directory.resolve("growth.tsv"));

    assertThatThrownBy(() -> Measurements.read(file)).isInstanceOf(IOException.class);
  }
}
