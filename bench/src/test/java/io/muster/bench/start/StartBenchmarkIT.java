package io.muster.bench.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** That both servers start and answer, however long that takes. */
class StartBenchmarkIT {
  private static final Path REPOSITORY = Path.of("..");

  @Test
  @Timeout(180)
  @EnabledOnOs(value = OS.LINUX, disabledReason = "memory is read from /proc")
  void start_aRound_hasARatioForEverythingMeasured(@TempDir Path directory)
      throws IOException, InterruptedException {
    assumeThatCode(() -> TorchPython.find(REPOSITORY)).doesNotThrowAnyException();
    assumeThat(REPOSITORY.resolve("cli/target/lib/muster-cli.jar")).exists();
    Path report = directory.resolve("start.md");
    Path figures = directory.resolve("figures");

    StartBenchmark.main(
        "--rounds",
        "1",
        "--warm-up",
        "0",
        "--write",
        report.toString(),
        "--figures",
        figures.toString());

    List<String> lines = Files.readAllLines(figures);
    assertThat(lines).hasSize(2).noneMatch(line -> line.contains("NaN"));
    assertThat(report).content().contains("| process start to first answer, ms |");
  }

  @Test
  void pythonThatIsNotThere_isNamed() {
    assertThatThrownBy(() -> TorchPython.of("no-such-python"))
        .isInstanceOf(IOException.class)
        .hasMessage("there is no Python no-such-python; MUSTER_PYTHON can name one");
  }
}
