package io.muster.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SoakIT {
  @Test
  @Timeout(180)
  @EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
  void soak_someSeconds_answersRightlyAndLeavesNothingBehind(@TempDir Path directory)
      throws Exception {
    Path file = directory.resolve("soak.md");
    Soak soak = new Soak();
    new CommandLine(soak).parseArgs("--minutes", "0.08", "--write", file.toString());
    SoakReport report = soak.report();

    assertThat(report.failedChecksOfAnswers()).isEmpty();
    assertThat(Files.readString(file).lines().filter(line -> line.startsWith("| ")))
        .hasSize(1 + 4)
        .noneMatch(row -> row.contains("NaN"));
    assertThat(directory.resolve("soak-latency.svg")).content().contains("p99.9");
    assertThat(directory.resolve("soak-memory.svg")).content().contains("resident");
  }
}
