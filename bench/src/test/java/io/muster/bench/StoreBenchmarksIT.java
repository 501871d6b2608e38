package io.muster.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** That the benchmarks of stores run, whatever they measure. */
@Timeout(180)
class StoreBenchmarksIT {
  /** How many workloads of stores there are. */
  private static final int WORKLOADS = 13;

  @TempDir private Path directory = Path.of("");

  private BriefRun brief() {
    return new BriefRun(directory);
  }

  @Test
  void stores_fewOperations_haveARowOfRatiosForEachWorkload() throws IOException {
    brief().run("side-by-side", "--rounds", "2", "--warm-up", "1", "--scale", "0.001");

    assertThat(brief().rows()).hasSize(1 + WORKLOADS).noneMatch(BriefRun::lacksARatio);
    assertThat(brief().rows().get(1)).startsWith("| get, 32 B, µs | ");
    // With the value of 64 MiB, the echo, both native calls, and the get over the echo.
    assertThat(brief().figures()).hasSize(WORKLOADS + 5);
  }

  @Test
  void beforeAndAfter_fewOperations_hasARowOfRatiosForEachWorkload() throws IOException {
    String classes = System.getProperty("java.class.path");
    brief()
        .run(
            "before-and-after",
            "a commit",
            classes,
            "--rounds",
            "1",
            "--warm-up",
            "0",
            "--scale",
            "0.001");

    assertThat(brief().rows()).hasSize(1 + WORKLOADS).noneMatch(BriefRun::lacksARatio);
  }

  @Test
  void files_fewOperations_haveARowOfRatiosForEach() throws IOException {
    brief().run("side-by-side-file", "--rounds", "1", "--warm-up", "0", "--scale", "0.001");

    assertThat(brief().rows()).hasSize(1 + 4).noneMatch(BriefRun::lacksARatio);
    assertThat(brief().figures()).hasSize(4);
  }
}
