package io.muster.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** That the benchmarks of process groups and RPC run, whatever they measure. */
@Timeout(180)
class RankBenchmarksIT {
  @TempDir private Path directory = Path.of("");

  private BriefRun brief() {
    return new BriefRun(directory);
  }

  @Test
  void collectives_fewCalls_haveARowOfRatiosForEachWorkload() throws IOException {
    brief().run("side-by-side-collectives", "--rounds", "1", "--warm-up", "0", "--scale", "0.001");

    // Three collectives of three sizes in two worlds.
    assertThat(brief().rows()).hasSize(1 + 3 * 3 * 2).noneMatch(BriefRun::lacksARatio);
    assertThat(brief().figures()).hasSize(3 * 3 * 2);
  }

  @Test
  void rpc_fewCalls_hasARowOfRatiosForEachWorkload() throws IOException {
    brief().run("side-by-side-rpc", "--rounds", "1", "--warm-up", "0", "--scale", "0.001");

    assertThat(brief().rows()).hasSize(1 + 5).noneMatch(BriefRun::lacksARatio);
  }
}
