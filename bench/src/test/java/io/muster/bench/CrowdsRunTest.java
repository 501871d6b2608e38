package io.muster.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** That crowds get all their answers, however long that takes. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "PyTorch's natives")
class CrowdsRunTest {
  @Test
  @Timeout(180)
  void crowdsSideBySide_fewClients_hasARatioForEverythingMeasured(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path report = directory.resolve("crowds.md");
    Path figures = directory.resolve("figures");
    CrowdsSideBySide.main(
        new String[] {
          "--rounds",
          "1",
          "--warm-up",
          "0",
          "--scale",
          "0.002",
          "--only",
          "^(?!.*names)",
          "--write",
          report.toString(),
          "--figures",
          figures.toString()
        });

    List<String> lines = Files.readAllLines(figures);
    assertThat(lines).hasSize(15).noneMatch(line -> line.contains("NaN"));
    assertThat(report).content().contains("| join of 20, ms |");
  }
}
