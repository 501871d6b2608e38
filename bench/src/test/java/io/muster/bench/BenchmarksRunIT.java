package io.muster.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.bench.collectives.CollectivesBenchmark;
import io.muster.bench.crowd.CrowdBenchmark;
import io.muster.bench.growth.Growth;
import io.muster.bench.growth.ScalePage;
import io.muster.bench.rpc.RpcBenchmark;
import io.muster.bench.soak.AttackPauses;
import io.muster.bench.store.BeforeAndAfter;
import io.muster.bench.store.FileBenchmark;
import io.muster.bench.store.StoreBenchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** That the programs run, whatever they measure. */
@Timeout(180)
class BenchmarksRunIT {
  /** How many workloads of stores there are. */
  private static final int WORKLOADS = 13;

  @TempDir private Path directory = Path.of("");

  private static boolean lacksARatio(String row) {
    return row.contains("**–**") || row.contains("NaN");
  }

  @Test
  void stores_fewOperations_haveARowOfRatiosForEachWorkload()
      throws IOException, InterruptedException {
    StoreBenchmark.main(briefly("--rounds", "2", "--warm-up", "1", "--scale", "0.001"));

    assertThat(rows()).hasSize(1 + WORKLOADS).noneMatch(BenchmarksRunIT::lacksARatio);
    assertThat(rows().get(1)).startsWith("| get, 32 B, µs | ");
    // With the value of 64 MiB, the echo, both native calls, and the get over the echo.
    assertThat(figures()).hasSize(WORKLOADS + 5);
  }

  @Test
  void beforeAndAfter_fewOperations_hasARowOfRatiosForEachWorkload()
      throws IOException, InterruptedException {
    List<String> args = new ArrayList<>(List.of("a commit", System.getProperty("java.class.path")));
    args.addAll(
        List.of("--rounds", "1", "--warm-up", "0", "--scale", "0.001", "--write", "" + page()));
    BeforeAndAfter.main(args.toArray(new String[0]));

    assertThat(rows()).hasSize(1 + WORKLOADS).noneMatch(BenchmarksRunIT::lacksARatio);
  }

  @Test
  void collectives_fewCalls_haveARowOfRatiosForEachWorkload()
      throws IOException, InterruptedException {
    CollectivesBenchmark.main(briefly("--rounds", "1", "--warm-up", "0", "--scale", "0.001"));

    // Three collectives of three sizes in two worlds.
    assertThat(rows()).hasSize(1 + 3 * 3 * 2).noneMatch(BenchmarksRunIT::lacksARatio);
    assertThat(figures()).hasSize(3 * 3 * 2);
  }

  @Test
  void files_fewOperations_haveARowOfRatiosForEach() throws IOException, InterruptedException {
    FileBenchmark.main(briefly("--rounds", "1", "--warm-up", "0", "--scale", "0.001"));

    assertThat(rows()).hasSize(1 + 4).noneMatch(BenchmarksRunIT::lacksARatio);
    assertThat(figures()).hasSize(4);
  }

  @Test
  void rpc_fewCalls_hasARowOfRatiosForEachWorkload() throws IOException, InterruptedException {
    RpcBenchmark.main(
        "--rounds", "1", "--warm-up", "0", "--scale", "0.001", "--write", page().toString());

    assertThat(rows()).hasSize(1 + 5).noneMatch(BenchmarksRunIT::lacksARatio);
  }

  @Test
  void crowds_fewClients_haveARatioForEverythingMeasured()
      throws IOException, InterruptedException {
    CrowdBenchmark.main(
        briefly("--rounds", "1", "--warm-up", "0", "--scale", "0.002", "--only", "^(?!.*names)"));

    assertThat(figures()).hasSize(15).noneMatch(BenchmarksRunIT::lacksARatio);
    assertThat(page()).content().contains("| join of 20, ms |");
  }

  @Test
  void growth_fewClients_hasRowsPlotsAndCostsForAScalePage()
      throws IOException, InterruptedException {
    Growth.main(briefly("--rounds", "1", "--scale", "0.002"));

    assertThat(page()).content().contains("| 36 | ").contains("| join, ms | ");
    for (String quantity : List.of("join", "wake", "memory")) {
      assertThat(directory.resolve("growth-" + quantity + ".svg")).content().contains("Muster");
    }
    ScalePage.main(briefly());
    assertThat(page()).content().contains("| Muster | 36 | ").contains("| Muster | 100,000 | ");
  }

  @Test
  void attacks_ofOneServer_haveAPauseForEachAttack() throws IOException {
    AttackPauses.main("--rounds", "1", "--only", "event loop, 64m", "--write", page().toString());

    assertThat(rows()).hasSize(2);
    assertThat(rows().get(1)).matches("\\| event loop, 64m \\|( \\d+ \\|){8}");
  }

  private Path page() {
    return directory.resolve("page.md");
  }

  private String[] briefly(String... options) {
    List<String> args = new ArrayList<>(List.of(options));
    args.addAll(
        List.of(
            "--write", page().toString(), "--figures", directory.resolve("figures").toString()));
    return args.toArray(new String[0]);
  }

  private List<String> rows() throws IOException {
    try (var lines = Files.lines(page())) {
      return lines.filter(line -> line.startsWith("| ")).toList();
    }
  }

  private List<String> figures() throws IOException {
    return Files.readAllLines(directory.resolve("figures"));
  }
}
