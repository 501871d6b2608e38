package io.muster.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.bench.command.BenchCommand;
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
  void stores_fewOperations_haveARowOfRatiosForEachWorkload() throws IOException {
    briefly("side-by-side", "--rounds", "2", "--warm-up", "1", "--scale", "0.001");

    assertThat(rows()).hasSize(1 + WORKLOADS).noneMatch(BenchmarksRunIT::lacksARatio);
    assertThat(rows().get(1)).startsWith("| get, 32 B, µs | ");
    // With the value of 64 MiB, the echo, both native calls, and the get over the echo.
    assertThat(figures()).hasSize(WORKLOADS + 5);
  }

  @Test
  void beforeAndAfter_fewOperations_hasARowOfRatiosForEachWorkload() throws IOException {
    String classes = System.getProperty("java.class.path");
    briefly(
        "before-and-after",
        "a commit",
        classes,
        "--rounds",
        "1",
        "--warm-up",
        "0",
        "--scale",
        "0.001");

    assertThat(rows()).hasSize(1 + WORKLOADS).noneMatch(BenchmarksRunIT::lacksARatio);
  }

  @Test
  void collectives_fewCalls_haveARowOfRatiosForEachWorkload() throws IOException {
    briefly("side-by-side-collectives", "--rounds", "1", "--warm-up", "0", "--scale", "0.001");

    // Three collectives of three sizes in two worlds.
    assertThat(rows()).hasSize(1 + 3 * 3 * 2).noneMatch(BenchmarksRunIT::lacksARatio);
    assertThat(figures()).hasSize(3 * 3 * 2);
  }

  @Test
  void files_fewOperations_haveARowOfRatiosForEach() throws IOException {
    briefly("side-by-side-file", "--rounds", "1", "--warm-up", "0", "--scale", "0.001");

    assertThat(rows()).hasSize(1 + 4).noneMatch(BenchmarksRunIT::lacksARatio);
    assertThat(figures()).hasSize(4);
  }

  @Test
  void rpc_fewCalls_hasARowOfRatiosForEachWorkload() throws IOException {
    briefly("side-by-side-rpc", "--rounds", "1", "--warm-up", "0", "--scale", "0.001");

    assertThat(rows()).hasSize(1 + 5).noneMatch(BenchmarksRunIT::lacksARatio);
  }

  @Test
  void crowds_fewClients_haveARatioForEverythingMeasured() throws IOException {
    briefly(
        "side-by-side-crowds",
        "--rounds",
        "1",
        "--warm-up",
        "0",
        "--scale",
        "0.002",
        "--only",
        "^(?!.*names)");

    assertThat(rows()).hasSize(1 + 15).noneMatch(BenchmarksRunIT::lacksARatio);
    assertThat(page()).content().contains("| join of 20, ms |");
  }

  @Test
  void growth_fewClients_hasRowsPlotsAndCostsForAScalePage() throws IOException {
    briefly("growth", "--rounds", "1", "--scale", "0.002");

    assertThat(page()).content().contains("| 36 | ").contains("| join, ms | ");
    for (String quantity : List.of("join", "wake", "memory")) {
      assertThat(directory.resolve("growth-" + quantity + ".svg")).content().contains("Muster");
    }
    briefly("scale");
    assertThat(page()).content().contains("| Muster | 36 | ").contains("| Muster | 100,000 | ");
  }

  @Test
  void attacks_ofOneServer_haveAPauseForEachAttack() throws IOException {
    briefly("attacks", "--rounds", "1", "--only", "event loop, 64m");

    assertThat(rows()).hasSize(2);
    assertThat(rows().get(1)).matches("\\| event loop, 64m \\|( \\d+ \\|){10}");
  }

  private Path page() {
    return directory.resolve("page.md");
  }

  private void briefly(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--write", page().toString(), "--figures", figuresFile().toString()));
    assertThat(BenchCommand.run(all.toArray(new String[0]))).isZero();
  }

  private Path figuresFile() {
    return directory.resolve("figures");
  }

  private List<String> rows() throws IOException {
    try (var lines = Files.lines(page())) {
      return lines.filter(line -> line.startsWith("| ")).toList();
    }
  }

  private List<String> figures() throws IOException {
    Results results = new Results(List.of());
    results.addFrom(figuresFile());
    return results.names();
  }
}
