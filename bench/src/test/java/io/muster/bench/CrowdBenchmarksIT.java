package io.muster.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.wire.MemoryAttack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** That the benchmarks of servers with many clients run, whatever they measure. */
@Timeout(180)
class CrowdBenchmarksIT {
  @TempDir private Path directory = Path.of("");

  private BriefRun brief() {
    return new BriefRun(directory);
  }

  @Test
  void crowds_fewClients_haveARatioForEverythingMeasured() throws IOException {
    brief()
        .run(
            "side-by-side-crowds",
            "--rounds",
            "1",
            "--warm-up",
            "0",
            "--scale",
            "0.002",
            "--only",
            "^(?!.*names)");

    assertThat(brief().rows()).hasSize(1 + 15).noneMatch(BriefRun::lacksARatio);
    assertThat(brief().page()).content().contains("| join of 20, ms |");
  }

  /** Two numbers of clients, each with a new server of either side. */
  @Test
  void growth_fewClients_hasRowsPlotsAndCostsForAScalePage() throws IOException {
    brief().run("growth", "--rounds", "1", "--scale", "0.0002");

    assertThat(brief().page()).content().contains("| 2 | ", "| 3 | ", "| join, ms | ");
    for (String quantity : List.of("join", "wake", "memory")) {
      assertThat(directory.resolve("growth-" + quantity + ".svg")).content().contains("Muster");
    }
    brief().run("scale");
    assertThat(brief().page()).content().contains("| Muster | 3 | ", "| Muster | 100,000 | ");
  }

  @Test
  void attacks_ofOneServer_haveAPauseForEachAttack() throws IOException {
    brief().run("attacks", "--rounds", "1", "--only", "event loop, 64m");

    assertThat(brief().rows()).hasSize(2);
    assertThat(brief().rows().get(1))
        .matches("\\| event loop, 64m \\|( \\d+ \\|){" + MemoryAttack.values().length + "}");
  }
}
