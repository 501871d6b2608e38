package io.muster.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** That the programs run, whatever they measure. */
class BenchmarksRunTest {
  @Test
  @Timeout(180)
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "PyTorch's natives")
  void sideBySide_fewOperations_hasARowOfRatiosForEachWorkload(@TempDir Path directory)
      throws Exception {
    Path report = directory.resolve("benchmarks.md");
    SideBySide.main(
        new String[] {
          "--rounds", "2", "--warm-up", "1", "--scale", "0.001", "--write", report.toString()
        });

    List<String> rows = rows(report);
    assertThat(rows).hasSize(1 + Workload.all().size());
    for (int i = 0; i < Workload.all().size(); i++) {
      assertThat(rows.get(i + 1))
          .startsWith("| " + Workload.all().get(i).name() + " | ")
          .doesNotContain("NaN");
    }
  }

  @Test
  @Timeout(180)
  void beforeAndAfter_fewOperations_hasARowOfRatiosForEachWorkload(@TempDir Path directory)
      throws Exception {
    Path report = directory.resolve("before-and-after.md");
    String classPath = System.getProperty("java.class.path");
    BeforeAndAfter.main(
        new String[] {
          "a commit",
          classPath,
          "--rounds",
          "1",
          "--warm-up",
          "0",
          "--scale",
          "0.001",
          "--write",
          report.toString()
        });

    assertThat(rows(report))
        .hasSize(1 + Workload.all().size())
        .noneMatch(row -> row.contains("NaN"));
  }

  @Test
  @Timeout(180)
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "PyTorch's natives")
  void collectivesSideBySide_fewCalls_hasARowOfRatiosForEachWorkload(@TempDir Path directory)
      throws Exception {
    Path report = directory.resolve("collectives.md");
    CollectivesSideBySide.main(
        new String[] {
          "--rounds", "1", "--warm-up", "0", "--scale", "0.001", "--write", report.toString()
        });

    // Three collectives of three sizes in two worlds.
    assertThat(rows(report)).hasSize(1 + 3 * 3 * 2).noneMatch(row -> row.contains("NaN"));
  }

  @Test
  @Timeout(180)
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "PyTorch's natives")
  void fileSideBySide_fewOperations_hasARowOfRatiosForEach(@TempDir Path directory)
      throws Exception {
    Path report = directory.resolve("file.md");
    FileSideBySide.main(
        new String[] {
          "--rounds", "1", "--warm-up", "0", "--scale", "0.001", "--write", report.toString()
        });

    assertThat(rows(report)).hasSize(1 + 4).noneMatch(row -> row.contains("NaN"));
  }

  @Test
  @Timeout(180)
  void rpcSideBySide_fewCalls_hasARowOfRatiosForEachWorkload(@TempDir Path directory)
      throws Exception {
    Path report = directory.resolve("rpc.md");
    RpcSideBySide.main(
        new String[] {
          "--rounds", "1", "--warm-up", "0", "--scale", "0.001", "--write", report.toString()
        });

    assertThat(rows(report)).hasSize(1 + 5).noneMatch(row -> row.contains("NaN"));
  }

  @Test
  @Timeout(180)
  void attackPauses_ofOneServer_hasAPauseForEachAttack(@TempDir Path directory) throws Exception {
    Path report = directory.resolve("attacks.md");
    AttackPauses.main(
        new String[] {"--rounds", "1", "--only", "event loop, 64m", "--write", report.toString()});

    assertThat(rows(report)).hasSize(2);
    assertThat(rows(report).get(1)).startsWith("| event loop, 64m | ").endsWith(" |");
  }

  @Test
  @Timeout(180)
  void jmh_oneShortIterationEach_measuresEveryBenchmark() throws Exception {
    Options briefly =
        new OptionsBuilder()
            .include("io\\.muster\\.bench\\.")
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(5))
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .build();

    Collection<RunResult> results = new Runner(briefly).run();

    // Three and two of the codecs and one of the waits, each with two parameters; four of the
    // keyspace; four ways to a sum of floats, of two lengths; three operators on seven types.
    assertThat(results).hasSize(2 * (3 + 2 + 1) + 4 + 2 * 4 + 3 * 7);
  }

  /** The rows of the tables in a report, heads included. */
  private static List<String> rows(Path report) throws IOException {
    return Files.readString(report).lines().filter(line -> line.startsWith("| ")).toList();
  }
}
