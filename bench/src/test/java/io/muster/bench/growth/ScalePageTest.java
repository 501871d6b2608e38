package io.muster.bench.growth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.muster.bench.Results;
import io.muster.bench.SideBySide;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScalePageTest {
  @Test
  void text_knownCosts_followsFromTheFormulas() throws IOException {
    List<String> sides = List.of(SideBySide.PYTORCH, SideBySide.MUSTER);
    Results measured = new Results(sides);
    for (String side : sides) {
      measured.add(Phase.with(1_000, Phase.MEMORY), side, 1);
      for (Phase phase : Phase.values()) {
        double micros = phase == Phase.SET_AND_ADD ? 11 : 10;
        measured.add(Phase.with(1_000, phase.serving()), side, micros);
      }
    }

    // A join, a set, two times an add, a wake-up and a get, two barriers of two adds and a wake-up.
    double micros = 10 + 1 + 2 * 30 + 2 * 30;
    assertThat(ScalePage.Costs.of(measured, SideBySide.MUSTER, 1_000).ofRank())
        .isEqualTo(micros, within(1e-9));
    assertThat(ScalePage.text(measured))
        .contains("measured here. " + measured.takenOn() + "\n")
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
}
