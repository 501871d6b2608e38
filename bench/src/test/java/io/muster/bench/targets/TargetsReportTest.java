package io.muster.bench.targets;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.bench.Results;
import io.muster.bench.SideBySide;
import io.muster.bench.command.BenchCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetsReportTest {
  @Test
  void report_figuresOfTwoRuns_haveARowAndAVerdictEach(@TempDir Path directory) throws IOException {
    Results stores = results();
    stores.add("add, µs", SideBySide.PYTORCH, 20);
    stores.add("add, µs", SideBySide.MUSTER, 10);
    stores.add("something without a target", SideBySide.MUSTER, 10);
    Results crowds = results();
    crowds.add("join of 1,000, ms", SideBySide.PYTORCH, 20);
    crowds.add("join of 1,000, ms", SideBySide.MUSTER, 30);
    crowds.add("set and get, 64 MiB, µs", SideBySide.MUSTER, 100_000);
    Path figures = Files.createDirectory(directory.resolve("figures"));
    stores.writeTo(figures.resolve("stores"));
    crowds.writeTo(figures.resolve("crowds"));
    Path report = directory.resolve("overview.md");

    assertThat(BenchCommand.run("targets", figures.toString(), report.toString())).isZero();

    assertThat(report)
        .content()
        .contains(
            "| add, µs | 20.0 (20.0–20.0) | 10.0 (10.0–10.0) | 0.50 (0.50–0.50) | 0.90 | yes |")
        .contains("| 1.50 (1.50–1.50) | 1.00 | **no** |")
        .contains(
            "| set and get, 64 MiB, µs | – | 100,000 (100,000–100,000) | – | 134,218* | yes |")
        .contains("2 of 3 targets are reached")
        .doesNotContain("without a target");
    assertThat(directory.resolve("overview.svg")).content().contains("join of 1,000, ms");
  }

  private static Results results() throws IOException {
    return new Results(List.of(SideBySide.PYTORCH, SideBySide.MUSTER));
  }

  @Test
  void targets_haveEachANameOfTheirOwn() {
    assertThat(Target.all()).extracting(Target::figure).doesNotHaveDuplicates();
  }
}
