package io.muster.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverviewTest {
  @Test
  void overview_figuresOfTwoRuns_haveARowAndAVerdictEach(@TempDir Path directory)
      throws IOException {
    Comparison stores = new Comparison();
    stores.add("add, µs", Comparison.Of.PYTORCH, 20);
    stores.add("add, µs", Comparison.Of.MUSTER, 10);
    stores.add("something without a target", Comparison.Of.MUSTER, 10);
    Comparison crowds = new Comparison();
    crowds.add("join of 1,000, ms", Comparison.Of.PYTORCH, 20);
    crowds.add("join of 1,000, ms", Comparison.Of.MUSTER, 30);
    Samples huge = new Samples();
    huge.add(100_000);
    crowds.add("set and get, 64 MiB, µs", new Samples(), huge);
    Path figures = Files.createDirectory(directory.resolve("figures"));
    stores.writeTo(figures.resolve("stores"));
    crowds.writeTo(figures.resolve("crowds"));
    Path report = directory.resolve("overview.md");

    Overview.main(new String[] {figures.toString(), report.toString()});

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

  @Test
  void targets_haveEachANameOfTheirOwn() {
    assertThat(Target.all()).extracting(Target::figure).doesNotHaveDuplicates();
  }
}
